package explore

import (
	"slices"

	"battle.test/battle"
)

// A burst is updates that are tried from a moment on.
type burst struct {
	updates []byte
	ends    []int32 // where each of them ends
}

func (b *burst) reset() { b.updates, b.ends = b.updates[:0], b.ends[:0] }

// done notes that an update was appended.
func (b *burst) done() { b.ends = append(b.ends, int32(len(b.updates))) }

// burstOf puts updates together.
func burstOf(updates [][]byte) *burst {
	b := &burst{}
	for _, update := range updates {
		b.updates = append(b.updates, update...)
		b.done()
	}
	return b
}

// leg makes a moment of the updates from one to before another, which were applied at m.
func (b *burst) leg(m *moment, from, to int) *moment {
	start := int32(0)
	if from > 0 {
		start = b.ends[from-1]
	}
	leg := &moment{
		parent: m, depth: m.depth + to - from, trait: m.trait,
		updates: slices.Clone(b.updates[start:b.ends[to-1]]), ends: slices.Clone(b.ends[from:to]),
	}
	for i := range leg.ends {
		leg.ends[i] -= start
	}
	return leg
}

// at is the i-th update.
func at(updates []byte, ends []int32, i int) []byte {
	from := int32(0)
	if i > 0 {
		from = ends[i-1]
	}
	return updates[from:ends[i]]
}

// A composer makes bursts.
type composer struct {
	hunt  *battle.Hunt
	dice  *dice
	all   []int             // kinds, each as often as its weight
	some  []int             // those of a swarm
	spent [len(newRuns)]int // updates on new runs, by the scale of their length, as shares of it
	burst burst
}

func newComposer(h *battle.Hunt, d *dice) *composer {
	c := &composer{hunt: h, dice: d}
	for i, r := range newRuns {
		c.spent[i] = r.credit
	}
	for kind, weight := range h.Weights() {
		for range weight {
			c.all = append(c.all, kind)
		}
	}
	return c
}

// length is how many updates a burst from a moment has: mostly few, so that a good moment
// is not played to death, and sometimes many, because some states take long to reach.
func (c *composer) length(fresh bool) int {
	if fresh {
		return c.runLength()
	}
	shift := c.dice.below(scales)
	if c.dice.below(longShare) == 0 {
		shift += longScale
	}
	return 1 + c.dice.below(1<<shift)
}

const (
	scales    = 7 // of bursts from a moment, each twice the one before
	longScale = 4 // so much more for those that are long
)

// newRuns are the scales of new runs: up to how many updates they have, and what share of all updates
// goes into those. A short run is one in which little stands in the way of what matters, and there are
// many. But where updates are dear there are never many, and what takes a few steps in their order,
// with others between, is in those of some hundred. The longest are for what takes two things that
// hardly ever happen, in one run: they begin when all others had their credit.
var newRuns = [...]struct{ most, share, credit int }{
	{16, 1, 0}, {32, 1, 0}, {64, 1, 0}, {128, 1, 0}, {256, 8, 0}, {512, 8, 0}, {1024, 1, 0}, {16_384, 1, 10_000},
}

// runLength is how many updates a new run has.
func (c *composer) runLength() int {
	scale := 0
	for i, spent := range c.spent {
		if spent < c.spent[scale] {
			scale = i
		}
	}
	r := newRuns[scale]
	n := 1 + c.dice.below(r.most)
	c.spent[scale] += n / r.share
	return n
}

// longShare is one in how many bursts from a moment is as long as those of a new run.
const longShare = 16

// compose makes a burst to go on with from a moment.
func (c *composer) compose(m *moment, f *frontier) *burst {
	c.burst.reset()
	begins := m.parent == nil
	c.dice.throw()
	switch how := c.dice.below(16); {
	case how < 2 && len(f.moments) > 0:
		c.splice(f.moments[c.dice.below(len(f.moments))])
	case how < 4 && len(m.ends) > 0:
		c.mutate(m)
	case how == 4:
		c.repeat(c.length(begins))
	case how < 7:
		c.persist(c.length(begins))
	default:
		c.fresh(c.length(begins))
	}
	return &c.burst
}

// fresh makes random updates.
func (c *composer) fresh(n int) {
	kinds := c.swarm()
	for range n {
		c.roll(kinds)
	}
}

func (c *composer) roll(kinds []int) {
	c.burst.updates = c.hunt.Roll(c.burst.updates, kinds[c.dice.below(len(kinds))], c.dice)
	c.burst.done()
}

// swarm is the kinds that take part: all, about half, or very few.
func (c *composer) swarm() []int {
	how := c.dice.below(4)
	if how < 2 {
		return c.all
	}
	mask := c.dice.random.Uint64()
	if how == 3 { // an eighth of the kinds
		mask &= c.dice.random.Uint64()
		mask &= c.dice.random.Uint64()
	}
	c.some = c.some[:0]
	for _, kind := range c.all {
		if mask>>(kind%64)&1 == 1 {
			c.some = append(c.some, kind)
		}
	}
	if len(c.some) == 0 {
		return c.all
	}
	return c.some
}

// splice takes the last updates of another moment.
func (c *composer) splice(other *moment) {
	if len(other.ends) == 0 {
		c.fresh(c.length(false))
		return
	}
	for i := c.dice.below(len(other.ends)); i < len(other.ends); i++ {
		c.burst.updates = append(c.burst.updates, at(other.updates, other.ends, i)...)
		c.burst.done()
	}
}

// mutate does the moment's own last updates once more, with a field here and there
// chosen anew.
func (c *composer) mutate(m *moment) {
	for i := c.dice.below(len(m.ends)); i < len(m.ends); i++ {
		c.reroll(at(m.updates, m.ends, i))
	}
	c.fresh(1 + c.dice.below(4))
}

// reroll appends an update as it is, or with a field chosen anew.
func (c *composer) reroll(update []byte) {
	if fields := c.hunt.Fields(c.hunt.Kind(update)); fields > 0 && c.dice.below(2) == 0 {
		c.burst.updates = c.hunt.Reroll(c.burst.updates, update, c.dice.below(fields), c.dice)
	} else {
		c.burst.updates = append(c.burst.updates, update...)
	}
	c.burst.done()
}

// againMax bounds how often a burst is done in one run.
const againMax = 16

// again does a burst some times: all of them as it is, or each with a field here and there
// chosen anew.
func (c *composer) again(b *burst) *burst {
	c.burst.reset()
	c.dice.throw()
	vary := c.dice.below(2) == 0
	for range 1 + c.dice.below(againMax) {
		for i := range b.ends {
			if update := at(b.updates, b.ends, i); vary {
				c.reroll(update)
			} else {
				c.burst.updates = append(c.burst.updates, update...)
				c.burst.done()
			}
		}
	}
	return &c.burst
}

// persist makes random updates, each of which is done several times before the next: to
// get up speed, or to fill something up, takes more than one.
func (c *composer) persist(n int) {
	kinds := c.swarm()
	for len(c.burst.ends) < n {
		c.roll(kinds)
		last := len(c.burst.ends) - 1
		for range c.dice.below(1 << c.dice.below(persistence)) {
			c.burst.updates = append(c.burst.updates, at(c.burst.updates, c.burst.ends, last)...)
			c.burst.done()
		}
	}
}

// persistence is the logarithm of how often an update is done at most, and one.
const persistence = 5

// repeat does one update, or two in turn, many times.
func (c *composer) repeat(n int) {
	c.roll(c.all)
	if c.dice.below(2) == 0 {
		c.roll(c.all)
	}
	kinds := len(c.burst.ends)
	for i := range n {
		c.burst.updates = append(c.burst.updates, at(c.burst.updates, c.burst.ends, i%kinds)...)
		c.burst.done()
	}
}
