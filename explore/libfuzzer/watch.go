//go:build libfuzzer

package libfuzzer

// #include "compared.h"
import "C"

import (
	"unsafe"

	"battle.test/explore/probe"
)

// watchEvery is how many runs libFuzzer hears of the comparisons of one. It keeps some of the
// last ones that it heard of, whatever run they are of, and to tell of them takes as long as
// the run.
const watchEvery = 4

// profiling is the flag by which libFuzzer looks at all comparisons of all runs.
const profiling = "-use_value_profile=1"

// A watcher tells libFuzzer what the packages under test count and compare.
type watcher struct {
	every, runs int
}

// newWatcher hands over the counters. What is not instrumented by battle has none here.
func newWatcher(profiles bool) watcher {
	if probe.Size > 0 {
		C.battle_count((*C.uint8_t)(&probe.Counters[0]), C.size_t(probe.Size))
	}
	if profiles {
		return watcher{every: 1}
	}
	return watcher{every: watchEvery}
}

// begin is called before a run, and end after it.
func (w *watcher) begin() {
	if w.runs++; w.runs%w.every == 0 && len(probe.Sites) > 0 {
		probe.Watch()
	}
}

func (w *watcher) end() {
	if !probe.Watching {
		return
	}
	numbers, texts := probe.Latest()
	if len(numbers) > 0 {
		C.battle_compare((*C.struct_battle_compared)(unsafe.Pointer(&numbers[0])), C.size_t(len(numbers)), (*C.uint8_t)(&probe.Sites[0]))
	}
	for _, t := range texts {
		if n := min(len(t.A), len(t.B)); n > 1 {
			C.battle_compare_bytes(C.uint32_t(t.Site), (*C.char)(unsafe.Pointer(unsafe.StringData(t.A))),
				(*C.char)(unsafe.Pointer(unsafe.StringData(t.B))), C.size_t(n))
		}
	}
}

// A comparison is one of C.
var _ [unsafe.Sizeof(probe.Sited{})]struct{} = [unsafe.Sizeof(C.struct_battle_compared{})]struct{}{}
