package probe

import (
	"math/rand/v2"
	"runtime"
	"time"
)

// What pauses: a race that is lost between two neighbouring instructions is lost far more
// often if somebody dawdles there. Both are set while the subject has no goroutines.
//
// The idea is that of IBM's ConTest (Edelstein et al., Multithreaded Java program test
// generation, 2002).
var (
	Pauses  uint32 // of 65,536 operations on what goroutines share, at the sites that pause
	PauseAt uint32 // which those are: bit s%32 for site s
)

// Shared stands around an operation on what goroutines share that has a value.
func Shared[T any](site uint32, v T) T {
	if Pauses != 0 {
		pause(site)
	}
	return v
}

// Pause stands before and after such an operation that has none.
func Pause(site uint32) {
	if Pauses != 0 {
		pause(site)
	}
}

// pause lets others go first, if it is the site's turn: for no time, for about that of some
// operations, or for that of many. The last does so without using a core.
//
//go:noinline
func pause(site uint32) {
	roll := rand.Uint32()
	if !pauses(site, roll) {
		return
	}
	switch roll >>= 16; roll & 3 {
	case 0:
		time.Sleep(time.Duration(roll>>2&31) * time.Microsecond)
	case 1:
		for n := roll >> 2 & 255; n > 0; n-- {
			rand.Uint32() // a few nanoseconds, which no compiler takes out
		}
	default:
		runtime.Gosched()
	}
}

func pauses(site, roll uint32) bool { return PauseAt>>(site%32)&1 == 1 && roll&0xffff < Pauses }
