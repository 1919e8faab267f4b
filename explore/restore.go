package explore

import (
	"fmt"
	"math"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"time"

	"battle.test/explore/probe"
)

// A restorer goes back to moments: by running their updates again, or from a copy of the
// subject, where the target or battle can make one and that is cheaper.
type restorer struct {
	deep  int       // moments of so many updates or more are saved, if above 0
	kept  []*moment // whose states are kept, the next to be given up first
	bytes int       // that they take
	empty int       // bytes of the heap before the first
}

// What bounds the states that are kept.
const (
	savedMax      = 20_000
	savedBytesMax = 384 << 20
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

// save keeps the state of the present run at a moment that it has just reached. New moments are gone
// back to most, so where there is no more room older states give way.
func (e *explorer) save(m *moment) {
	r := &e.restorer
	if r.deep == 0 || m.depth < r.deep {
		return
	}
	if len(r.kept) == 0 {
		boundMemory()
	}
	own := e.hunt.Copies().Own
	for tries := 0; tries < giveUpMost && r.full(own, heapBytes()); tries++ {
		r.giveUp()
	}
	if m.saved = e.capture(); m.saved != nil {
		r.kept = append(r.kept, m)
		r.bytes += m.saved.bytes
	}
}

// giveUpMost is how many states give way to one. What they took is free after the next collection of
// garbage, and not known to be before.
const giveUpMost = 2

// full tells whether there is room for no more states. Copies by a Clone may share memory, so what they
// take is what the heap has grown by since there were none.
func (r *restorer) full(own bool, heap int) bool {
	if len(r.kept) == 0 {
		r.empty = heap
	}
	if !own {
		r.bytes = max(0, heap-r.empty)
	}
	return len(r.kept) >= savedMax || r.bytes >= savedBytesMax
}

// giveUp gives up the oldest state that was not used of late.
func (r *restorer) giveUp() {
	for len(r.kept) > 0 {
		m := r.kept[0]
		r.kept = r.kept[1:]
		if !m.wanted {
			r.bytes -= m.saved.bytes
			m.saved = nil
			return
		}
		m.wanted = false
		r.kept = append(r.kept, m)
	}
}

// boundMemory has the collector work harder where states and garbage would take more than three times what
// states may: hunts let much garbage gather.
func boundMemory() {
	debug.SetMemoryLimit(min(debug.SetMemoryLimit(-1), int64(heapBytes()+3*savedBytesMax)))
}

// heapBytes is what the last collection of garbage has left on the heap.
func heapBytes() int {
	heap := [...]metrics.Sample{{Name: "/gc/heap/live:bytes"}}
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
	return &saved{state, counters, e.hunt.Copies().Bytes}
}

// restore brings a run to a moment: from the last state on the way that is kept, or from
// the beginning. It is false if the run fails on the way, which it never did before. A moment that
// is picked will be again, so its state is kept then if it wasn't, or has given way.
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
		from.wanted = true
	} else {
		from = nil
		clearCounters() // first: what New runs counts
		e.hunt.Begin()
	}
	e.prefix = m.prefix(from, e.prefix[:0])
	if e.hunt.Failed() || !e.hunt.Extend(e.prefix) {
		return false
	}
	if m.picks > 0 && m.saved == nil {
		e.save(m)
	}
	return true
}
