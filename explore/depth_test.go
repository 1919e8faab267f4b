package explore

import (
	"os"
	"runtime"
	"strconv"
	"time"

	"battle.test/battle"
	"battle.test/explore/probe"
)

// EnvDepth says how many updates deep [Deep] goes back to.
const EnvDepth = "EXPLORE_TEST_DEPTH"

// blocksLoaded is how many blocks of code Deep loads, for updates to count.
const blocksLoaded = 100

// What Deep reports.
type Depth struct {
	Updates uint64  // new ones
	Seconds float64 // of the clock
	Again   uint64  // bytes of updates that were run once more to go back
	Garbage uint64  // allocations
}

// Deep is an engine for tests: it goes back to moments of one depth, and tries bursts of
// equal length from there.
func Deep(h *battle.Hunt) {
	depth, err := strconv.Atoi(os.Getenv(EnvDepth))
	if err != nil {
		panic(err)
	}
	probe.Load(make([]probe.Block, blocksLoaded), nil, nil, nil)
	const step, burst, bursts, moments = 10, 40, 2000, 10
	e := newExplorer(h)
	e.restorer.deep = 1 // where there are copies they are used, whatever they cost
	last := e.frontier.root
	for last.depth < depth {
		e.composer.burst.reset()
		e.composer.fresh(step)
		e.restore(last)
		h.Extend(e.composer.burst.updates)
		last = e.keep(last, &e.composer.burst, 0, step, nil)
		e.frontier.add(last)
		h.End()
	}
	ends := e.frontier.moments[len(e.frontier.moments)-moments:]
	try := func(n int) {
		e.composer.burst.reset()
		e.composer.fresh(burst)
		e.try(ends[n%moments], &e.composer.burst)
	}
	for n := range bursts / 10 { // what is new comes first, and makes buffers grow
		try(n)
	}
	var d Depth
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	for n := range bursts {
		try(n)
		d.Updates += burst
		d.Again += uint64(len(e.prefix))
	}
	d.Seconds = time.Since(began).Seconds()
	runtime.ReadMemStats(&after)
	d.Garbage = after.Mallocs - before.Mallocs
	h.Report(func() any { return d })
}
