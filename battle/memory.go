package battle

import (
	"fmt"
	"runtime/metrics"
)

// memoryEvery is how many updates pass between two looks at the heap: a look takes
// about a microsecond.
const memoryEvery = 64

// checkMemory fails the run if the process's heap is past the target's limit.
func (r *runner) checkMemory() {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	got, limit := sample[0].Value.Uint64(), r.t.plan.memoryMax
	if got <= limit {
		return
	}
	r.t.failure = &Failure{
		Kind: Memory, Moment: r.t.moment, Op: r.t.opName(),
		Message: fmt.Sprintf("the heap holds %d bytes, the limit is %d", got, limit),
	}
	panic(stopRun{})
}
