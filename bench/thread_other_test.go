//go:build !linux

package bench

import "time"

var started = time.Now()

// threadTime stands in for a thread's own time where the system does not tell it.
func threadTime() time.Duration { return time.Since(started) }
