package battle

import (
	"runtime/metrics"
	"time"
)

// A vigil counts looks at an update that does not end. A look counts if the update could
// have gone on since the last one that did: the process has had CPU time, or nothing in it
// asks for any. A machine that gives its cores to others delays a run, and the looks at it
// less; without that question, slowness would pass for a hang.
type vigil struct {
	every   time.Duration // from look to look
	counted int
	passed  int           // looks since the last one that counted
	cpu     time.Duration // of the process, then
}

const (
	// watchTicks is how many looks must count before it is a hang.
	watchTicks = 20
	// passedMax bounds the looks in a row that don't count. Something may wake up with
	// every look, and a hang must not be missed for it.
	passedMax = 10
)

// begin starts over, with another update.
func (v *vigil) begin(cpu time.Duration) {
	v.counted, v.passed, v.cpu = 0, 0, cpu
}

// look tells whether it is a hang by now. Cpu is the CPU time of the process, and idle
// whether nothing in it could use more.
func (v *vigil) look(cpu time.Duration, idle bool) (hang bool) {
	v.passed++
	if idle || cpu-v.cpu >= v.every/2 || v.passed >= passedMax {
		v.counted, v.passed, v.cpu = v.counted+1, 0, cpu
	}
	return v.counted > watchTicks
}

// atRest tells whether no goroutine but the calling one runs, or could.
func atRest() bool {
	now := []metrics.Sample{{Name: "/sched/goroutines/running:goroutines"}, {Name: "/sched/goroutines/runnable:goroutines"}}
	metrics.Read(now)
	return now[0].Value.Uint64()+now[1].Value.Uint64() <= 1
}
