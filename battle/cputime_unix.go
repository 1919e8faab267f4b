//go:build unix

package battle

import (
	"syscall"
	"time"
)

// cpuTime is the CPU time that the process has had.
func cpuTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic("battle: the CPU time of the process: " + err.Error()) // the arguments are constant
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
