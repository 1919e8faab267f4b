package explore

import (
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// Workers whose exchanges come when a test says so, and not when it is time.
const (
	SharesName = "shares" // hunts alone, and shares at the end
	TakesName  = "takes"  // takes in what is there, and hunts alone then
	TurnsName  = "turns"  // hunts alone, for so many turns
	turnsAlone = 20_000
)

func init() {
	battle.Register(SharesName, func(h *battle.Hunt) {
		e := newExplorer(h)
		e.begin()
		e.exchange = &exchange{}
		for !h.Expired() {
			e.turn()
		}
		shared := Shared{len(e.exchange.offers)}
		e.share()
		h.Report(func() any { return shared })
	})
	battle.Register(TakesName, func(h *battle.Hunt) {
		e := newExplorer(h)
		e.begin()
		e.exchange = &exchange{}
		e.takeIn()
		e.share() // what is another's is not shared again
		taken := Taken{Traits: e.novelty.known}
		for range 1000 {
			m := e.frontier.pick(e.dice)
			taken.Deepest = max(taken.Deepest, m.depth)
			for ; m != nil; m = m.parent {
				taken.LongestLeg = max(taken.LongestLeg, len(m.ends))
			}
		}
		h.Report(func() any { return taken })
		for !h.Expired() {
			e.turn()
		}
	})
	battle.Register(TurnsName, func(h *battle.Hunt) {
		e := newExplorer(h)
		e.begin()
		for range turnsAlone {
			e.turn()
		}
		h.Report(func() any { return e.last() })
	})
}

// Shared is what a worker had to share.
type Shared struct{ Offers int }

// Taken is what a worker had after all was taken in, before its first turn.
type Taken struct{ Traits, Deepest, LongestLeg int }

func TestALegIsAPartOfABurst(t *testing.T) {
	b := burstOf([][]byte{{1}, {2, 2}, {3}, {4, 4, 4}, {5}})
	root := newFrontier().root
	first := b.leg(root, 0, 2)
	second := b.leg(first, 2, 4)
	require.Equal(t, []byte{3, 4, 4, 4}, second.updates)
	require.Equal(t, []int32{1, 4}, second.ends)
	require.Equal(t, 4, second.depth)
	require.Equal(t, []byte{1, 2, 2, 3, 4, 4, 4}, second.prefix(nil, nil))
}

func TestOffersAreBounded(t *testing.T) {
	e := &explorer{}
	e.offer(chain(1)) // nobody is there
	e.exchange = &exchange{}
	e.offer(nil)
	require.Empty(t, e.exchange.offers)
	var last *moment
	for range 3 * offersMax {
		last = chain(1)
		e.offer(last)
	}
	require.LessOrEqual(t, len(e.exchange.offers), offersMax)
	require.Same(t, last, e.exchange.offers[len(e.exchange.offers)-1])
	e.exchange.taking = true
	e.offer(chain(1))
	require.Same(t, last, e.exchange.offers[len(e.exchange.offers)-1], "what is taken in is another's")
}
