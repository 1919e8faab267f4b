package explore

import (
	"fmt"
	"math"
	"slices"
	"time"

	"battle.test/explore/probe"
)

// A restorer goes back to moments: by running their updates again, or from a copy of the
// subject, where the target can make one and that is cheaper.
type restorer struct {
	deep int // moments of so many updates or more are saved, if above 0
	kept int // states that are kept
}

// savedMax bounds the states that are kept: they can be large.
const savedMax = 20_000

// String says how moments are restored, for the report.
func (r *restorer) String() string {
	if r.deep == 0 {
		return "by running their updates again"
	}
	return fmt.Sprintf("from copies, if %d updates deep or more", r.deep)
}

// measure finds out from which depth on a copy is cheaper than running updates: from the
// costs of both in a run of the corpus. What it measures decides how, never what: a
// moment is the same either way. It takes the least of some times: one that a busy
// machine interrupts is a thousand times as long, and the hunt would never copy.
func (e *explorer) measure(b *burst) {
	e.hunt.Guide(nil)
	defer e.hunt.Guide(e.novelty)
	defer e.hunt.End()
	const times = 8
	run, clone := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
	for range times {
		e.hunt.Begin()
		began := time.Now()
		e.hunt.Extend(b.updates)
		ran := time.Now()
		if e.hunt.Save() == nil {
			return
		}
		run, clone = min(run, ran.Sub(began)), min(clone, time.Since(ran))
	}
	update := run / time.Duration(max(1, e.hunt.Moment()))
	e.restorer.deep = 1 + int(clone/max(1, update))
}

// save keeps the state of the present run at a moment that it has just reached.
func (e *explorer) save(m *moment) {
	if e.restorer.deep == 0 || m.depth < e.restorer.deep || e.restorer.kept >= savedMax {
		return
	}
	if m.saved = e.capture(); m.saved != nil {
		e.restorer.kept++
	}
}

// capture is all that the present run is now, or nil if the target has no Clone.
func (e *explorer) capture() *saved {
	state := e.hunt.Save()
	if state == nil {
		return nil
	}
	return &saved{state, slices.Clone(probe.Counters[:probe.Size])}
}

// restore brings a run to a moment: from the last state on the way that is kept, or from
// the beginning. It is false if the run fails on the way, which it never did before.
func (e *explorer) restore(m *moment) bool {
	defer probe.Unequal(func(probe.Comparison) {}) // what was compared on the way is known
	e.novelty.begin()                              // what the prefix shows is known
	from := m
	for from != nil && from.saved == nil {
		from = from.parent
	}
	e.prefix = m.prefix(from, e.prefix[:0])
	if from == nil {
		e.hunt.Begin()
		clearCounters()
	} else {
		e.hunt.Resume(from.saved.state)
		copy(probe.Counters[:], from.saved.counters)
	}
	return !e.hunt.Failed() && e.hunt.Extend(e.prefix)
}
