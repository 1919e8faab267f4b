package explore

import (
	"battle.test/battle"
	"battle.test/explore/probe"
)

// Walked is what the target walk counts of itself in its process.
var Walked struct {
	Runs              uint64
	Pace, Swing, Fall uint64
}

// Known is an engine that does what is written here and nothing else, so that all that it
// reports is known. It is for the target walk.
func Known(h *battle.Hunt) {
	probe.Load([]probe.Block{
		{File: "m/walk.go", Line: 1, Last: 3}, {File: "m/walk.go", Line: 5, Last: 5}, {File: "m/walk.go", Line: 7, Last: 8},
		{File: "m/other.go", Line: 1, Last: 9},
		{File: "m/walk.go", Line: 11, Last: 12}, {File: "m/fall.go", Line: 2, Last: 4},
	}, nil, nil, nil)
	e := newExplorer(h)
	var early Progress
	h.Report(func() any {
		return struct {
			Progress
			Walked, Early any
		}{e.last(), Walked, early}
	})
	burstOf := func(kinds ...int) *burst {
		b := &burst{}
		for _, kind := range kinds {
			b.updates = h.Roll(b.updates, kind, e.dice)
			b.done()
		}
		return b
	}
	const pace, swing, fall = 0, 1, 2
	e.try(e.frontier.root, burstOf(pace, pace, swing)) // all new: run once more, and three moments are kept
	swung := e.frontier.moments[2]
	e.try(swung, burstOf(pace, pace))             // back home: two more
	e.try(e.frontier.root, burstOf(swing, swing)) // nothing new
	b := burstOf(pace, fall, swing)               // as try does it, but not judged: that would run it again
	e.restore(swung)
	h.Extend(b.updates)
	e.follow(swung, b, h.Begun()-swung.depth)
	h.Drop()

	early = e.progress()
	for i, m := range e.frontier.moments {
		m.picks = []uint32{407, 430, 402, 450, 401}[i]
		m.last = []uint32{0, 20, 0, 50, 0}[i]
	}
}
