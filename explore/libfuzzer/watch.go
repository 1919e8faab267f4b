//go:build libfuzzer

package libfuzzer

// #include "compared.h"
import "C"

import (
	"unsafe"

	"battle.test/explore/probe"
)

// count hands over the counters of the packages under test. What is not instrumented by
// battle has none here.
func count() {
	if probe.Size > 0 {
		C.battle_count((*C.uint8_t)(&probe.Counters[0]), C.size_t(probe.Size))
	}
}

// watch begins to note what a run compares, and tell ends it. LibFuzzer remembers the last few
// of those that it was told, and puts their operands into tapes.
func watch() {
	if len(probe.Sites) > 0 {
		probe.Watch()
	}
}

func tell() {
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
