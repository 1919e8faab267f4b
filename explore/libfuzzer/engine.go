//go:build libfuzzer

package libfuzzer

/*
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

// The fuzz function that the binary is for, and orders that it has unless the environment
// has others, a line each.
extern const char *battle_function __attribute__((weak));
extern const char *battle_orders __attribute__((weak));

void battle_begin(void);
*/
import "C"

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"unsafe"

	"battle.test/battle"
	"battle.test/explore"
)

// What the calls of libFuzzer share. It makes them on one thread, one after the other.
var (
	hunt    *battle.Hunt
	mutator *explore.Mutator
	ready   = make(chan struct{})
	started bool // a tape was run
)

// Engine waits for libFuzzer's tapes. It is for [battle.Register].
func Engine(h *battle.Hunt) {
	hunt, mutator = h, explore.NewMutator(h)
	close(ready)
	select {}
}

// Begin does nothing: libFuzzer begins.
func Begin() {}

// LLVMFuzzerInitialize starts the tests, and returns when the target is ready.
//
//export LLVMFuzzerInitialize
func LLVMFuzzerInitialize(argc *C.int, argv ***C.char) C.int {
	for order := range strings.SplitSeq(battle.EnvEngine+"="+Name+"\n"+C.GoString(C.battle_orders), "\n") {
		if name, value, _ := strings.Cut(order, "="); os.Getenv(name) == "" {
			os.Setenv(name, value)
		}
	}
	function := C.GoString(C.battle_function)
	os.Args = []string{os.Args[0], "-test.run=^" + function + "$", "-test.count=1", "-test.timeout=0", "-test.paniconexit0"}
	addExitHook(exitHook{exited, true})
	go main()
	<-ready
	count()
	if hunt.Alone() {
		debug.SetGCPercent(gcPercent)
		hunt.Watch(func(found *battle.Finding) {
			show(found)
			C.abort()
		})
	}
	return 0
}

// gcPercent lets more garbage gather than Go's default, as hunts do that are not alone.
const gcPercent = 800

// LLVMFuzzerTestOneInput runs a tape.
//
//export LLVMFuzzerTestOneInput
func LLVMFuzzerTestOneInput(data *C.uint8_t, size C.size_t) C.int {
	if !started {
		started = true
		C.battle_begin()
	}
	tape := bytesAt(data, size)
	watch()
	failed := hunt.Run(tape)
	tell()
	if failed && hunt.Alone() {
		show(hunt.Describe(tape))
		C.abort()
	}
	return 0
}

// show prints a finding that ends the process: for people, and then as a panic of Go, which
// is where programs look for what failed.
func show(found *battle.Finding) {
	fmt.Fprintf(os.Stderr, "%s\npanic: %s\n\ngoroutine 1 [running]:\n%s\n", found.Text(), found.Title(), found.Stack)
}

// exited is called by os.Exit, which would end the process without a word. A panic in it
// is a fatal error that shows the stack, and not the panic.
func exited() {
	select {
	case <-ready:
		if hunt.Alone() {
			fmt.Fprintln(os.Stderr, "panic: os.Exit was called")
			panic("os.Exit")
		}
	default: // the tests have ended, and there was no target among them
		fmt.Fprintf(os.Stderr, "battle: %s: %s did not come to hunt\n", Name, C.GoString(C.battle_function))
		C._exit(2)
	}
}

// battleEnd is called when libFuzzer has come to an end.
//
//export battleEnd
func battleEnd() { hunt.Conclude() }

func bytesAt(data *C.uint8_t, size C.size_t) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(data)), int(size))
}

// battleMutate writes another tape in the place of one.
//
//export battleMutate
func battleMutate(data *C.uint8_t, size, most C.size_t, seed C.uint) C.size_t {
	return C.size_t(copy(bytesAt(data, most), mutator.Mutate(bytesAt(data, size), int(most), uint64(seed))))
}

// battleCross writes a tape that begins as one and ends as another.
//
//export battleCross
func battleCross(one *C.uint8_t, oneSize C.size_t, other *C.uint8_t, otherSize C.size_t, out *C.uint8_t, most C.size_t, seed C.uint) C.size_t {
	return C.size_t(copy(bytesAt(out, most), mutator.Cross(bytesAt(one, oneSize), bytesAt(other, otherSize), int(most), uint64(seed))))
}
