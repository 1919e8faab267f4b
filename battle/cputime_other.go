//go:build !unix

package battle

import "time"

var started = time.Now()

// cpuTime is the time since the process started: the standard library does not tell the
// CPU time on every other system.
func cpuTime() time.Duration { return time.Since(started) }
