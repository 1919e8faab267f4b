package explore

import (
	"slices"
	"time"
)

// An exchange is a worker's part in a hunt of several in one target: it shares the runs
// that led to something new, and takes in those of others. A worker alone has none.
type exchange struct {
	offers []*moment // kept since the last exchange, the last of each burst
	taking bool      // what is tried is another worker's
	due    time.Time
}

// An exchange works with files, so it comes now and then, is short, and may not take the
// time for hunting: others may find more than one can run.
const (
	exchangeEvery = 20 * time.Millisecond
	exchangePause = 8   // times as long as the last one took, at least
	offersMax     = 256 // moments that wait for an exchange
	sharedMost    = 16  // of them are shared; later ones, which tend to have the others on their way
	legMax        = 32  // updates of a taken run between two moments
)

// exchangeWhenDue shares and takes in, if there are others and it is time.
func (e *explorer) exchangeWhenDue() {
	if e.exchange == nil {
		return
	}
	began := time.Now()
	if began.Before(e.exchange.due) {
		return
	}
	e.share()
	e.takeIn()
	e.exchange.due = began.Add(max(exchangeEvery, exchangePause*time.Since(began)))
}

// taking tells whether what is tried is another worker's.
func (e *explorer) taking() bool { return e.exchange != nil && e.exchange.taking }

// offer notes a moment, unless it is nil, that others may want.
func (e *explorer) offer(m *moment) {
	x := e.exchange
	if m == nil || x == nil || x.taking {
		return
	}
	if len(x.offers) == offersMax {
		x.offers = append(x.offers[:0], x.offers[offersMax/2:]...)
	}
	x.offers = append(x.offers, m)
}

// share gives others the runs to the latest moments on offer. Those on the way to one of
// them need no run of their own: whoever tries it comes by.
func (e *explorer) share() {
	if e.exchange == nil {
		return
	}
	wanted := make(map[*moment]bool)
	for _, m := range e.exchange.offers {
		wanted[m] = true
	}
	shared := 0
	for _, m := range slices.Backward(e.exchange.offers) {
		if !wanted[m] {
			continue
		}
		if shared++; shared > sharedMost {
			break
		}
		e.prefix = m.prefix(nil, e.prefix[:0])
		e.hunt.Share(e.prefix)
		for ; m != nil; m = m.parent {
			delete(wanted, m)
		}
	}
	clear(e.exchange.offers)
	e.exchange.offers = e.exchange.offers[:0]
}

// takeIn tries what others have shared, and keeps what is new here. Comparisons are
// watched: two numbers that were unequal may be all that is new about a run.
func (e *explorer) takeIn() {
	e.exchange.taking, e.watches = true, true
	defer func() { e.exchange.taking, e.watches = false, false }()
	for _, run := range e.hunt.Shared() {
		e.try(e.frontier.root, burstOf(run))
	}
}
