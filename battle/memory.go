package battle

import (
	"fmt"
	"runtime"
	"runtime/metrics"
)

// memoryEvery is how many updates pass between two looks at the heap: a look takes
// about a microsecond. The end of a run is looked at, too, so that a short trace that
// takes much is a finding like a long one.
const memoryEvery = 64

// checkMemory fails the run if the process's heap is past the target's limit. What is
// garbage does not count: it may be that of earlier runs.
func (r *runner) checkMemory() {
	limit := r.t.plan.memoryMax
	if r.t.failure != nil || heapSize() <= limit {
		return
	}
	runtime.GC()
	if got := heapSize(); got > limit {
		r.t.failure = &Failure{
			Kind: Memory, Moment: r.t.moment, Op: r.t.opName(),
			Message: fmt.Sprintf("the heap holds %d bytes, the limit is %d", got, limit),
		}
		panic(stopRun{})
	}
}

func heapSize() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
