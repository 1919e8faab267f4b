package explore

import (
	"fmt"
	"math"
	"runtime/metrics"
	"slices"
	"time"

	"battle.test/explore/probe"
)

// A restorer goes back to moments: by running their updates again, or from a copy of the
// subject, where the target or battle can make one and that is cheaper.
type restorer struct {
	deep  int // moments of so many updates or more are saved, if above 0
	kept  int // states that are kept
	bytes int // that they take
	empty int // bytes of the heap before the first
}

// What bounds the states that are kept.
const (
	savedMax      = 20_000
	savedBytesMax = 512 << 20
)

// restored says how moments are restored, for the report.
func (e *explorer) restored() string {
	copies := e.hunt.Copies()
	how, except := "by running their updates again", ": "
	if e.restorer.deep > 0 && copies.Able {
		by := ""
		if copies.Own {
			by = " made by battle"
		}
		how, except = fmt.Sprintf("from copies%s, from depth %d on", by, e.restorer.deep), ", but not where "
	}
	if copies.Why != nil {
		how += except + copies.Why.Error()
	}
	return how
}

// measure finds out from which depth on a copy is cheaper than running updates: from the
// costs of both in a run of the corpus. What it measures decides how, never what: a
// moment is the same either way. It takes the least of some times: one that a busy
// machine interrupts is a thousand times as long, and the hunt would never copy.
func (e *explorer) measure(b *burst) {
	if e.restorer.deep > 0 || !e.hunt.Copies().Able {
		return
	}
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
	r := &e.restorer
	if r.deep == 0 || m.depth < r.deep || r.full(e.hunt.Copies().Own, heapBytes()) {
		return
	}
	if m.saved = e.capture(); m.saved != nil {
		r.kept++
		r.bytes += e.hunt.Copies().Bytes
	}
}

// full tells whether no more states are kept. Copies by a Clone may share memory, so what they
// take is what the heap has grown by since there were none.
func (r *restorer) full(own bool, heap int) bool {
	if r.kept == 0 {
		r.empty = heap
	}
	if !own {
		r.bytes = max(0, heap-r.empty)
	}
	return r.kept >= savedMax || r.bytes >= savedBytesMax
}

// heapBytes is the heap, with the garbage in it that is not collected yet.
func heapBytes() int {
	heap := [...]metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(heap[:])
	return int(heap[0].Value.Uint64())
}

// capture is all that the present run is now, or nil if it can't be copied. What a Clone runs
// is no part of the run: it is neither counted nor watched.
func (e *explorer) capture() *saved {
	counters, watching := slices.Clone(probe.Counters[:probe.Size]), probe.Watching
	probe.Watching = false
	state := e.hunt.Save()
	copy(probe.Counters[:], counters)
	probe.Watching = watching
	if state == nil {
		return nil
	}
	return &saved{state, counters}
}

// restore brings a run to a moment: from the last state on the way that is kept, or from
// the beginning. It is false if the run fails on the way, which it never did before.
func (e *explorer) restore(m *moment) bool {
	e.hunt.Guide(nil) // what was reached on the way is known, and from a copy it is not heard again
	defer e.hunt.Guide(e.novelty)
	able := e.hunt.Copies().Able
	from := m
	for from != nil && (from.saved == nil || !able) {
		from = from.parent
	}
	if from != nil && e.hunt.Resume(from.saved.state) {
		copy(probe.Counters[:], from.saved.counters)
	} else {
		from = nil
		clearCounters() // first: what New runs counts
		e.hunt.Begin()
	}
	e.prefix = m.prefix(from, e.prefix[:0])
	return !e.hunt.Failed() && e.hunt.Extend(e.prefix)
}
