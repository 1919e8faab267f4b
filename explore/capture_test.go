package explore

import (
	"battle.test/battle"
	"battle.test/explore/probe"
)

// A Capture is what an explorer knew after it had copied a subject.
type Capture struct {
	Saved    bool
	Counted  uint8 // of the first block, by the run and by Clone
	Compared int
	Watching bool
}

// Captures is an engine for tests: it copies a subject once, while it watches.
func Captures(h *battle.Hunt) {
	probe.Load(make([]probe.Block, 1), nil, nil, nil)
	e := newExplorer(h)
	h.Begin()
	clearCounters()
	probe.Counters[0] = 7
	probe.Watch()
	c := Capture{Saved: e.capture() != nil, Counted: probe.Counters[0], Watching: probe.Watching}
	compared, _ := probe.Watched()
	c.Compared = len(compared)
	h.End()
	h.Report(func() any { return c })
}
