package fuzz

import (
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
)

// overspends tells whether f allocates more than limit bytes, and how many; limits are
// a MiB or more. f must do the same each time.
//
// Two counters are asked. That of the process is cheap, and at least as large as f's
// own (but for small objects in a span that is not full yet): under the limit it settles
// the matter. Over the limit it is a suspicion only, since it counts other goroutines
// too. Then f runs again under the heap profile, which knows by the stack who allocated.
func overspends(f func(), limit uint64) (took uint64, over bool) {
	before := allocated()
	f()
	if took = allocated() - before; took <= limit {
		return took, false
	}
	before = charged()
	rate := runtime.MemProfileRate
	runtime.MemProfileRate = 1 // every allocation
	profiled(f)
	runtime.MemProfileRate = rate
	took = charged() - before
	return took, took > limit
}

var allocatedBytes = []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}

func allocated() uint64 {
	metrics.Read(allocatedBytes)
	return allocatedBytes[0].Value.Uint64()
}

// profiled is the function that charged looks for.
//
//go:noinline
func profiled(f func()) { f() }

// charged is how much was ever allocated below profiled.
func charged() uint64 {
	runtime.GC() // the profile is that of the last cycle
	n, complete := runtime.MemProfile(nil, true)
	var records []runtime.MemProfileRecord
	for !complete {
		records = make([]runtime.MemProfileRecord, n+100)
		n, complete = runtime.MemProfile(records, true)
	}
	var sum uint64
	for _, r := range records[:n] {
		if slices.ContainsFunc(r.Stack(), isProfiled) {
			sum += uint64(r.AllocBytes)
		}
	}
	return sum
}

func isProfiled(pc uintptr) bool {
	f := runtime.FuncForPC(pc - 1)
	return f != nil && strings.HasSuffix(f.Name(), "/fuzz.profiled")
}
