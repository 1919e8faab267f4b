// Package vitals watches what a process lives on: the disk that it writes to, the machine's
// memory, and the clock.
package vitals

import (
	"fmt"
	"os"
	"regexp"
	"time"
)

// A Watch says why a process should hold. Its methods may be called by one goroutine at a
// time.
type Watch struct {
	Dir       string // on the disk that is written to
	DiskMin   uint64 // bytes that must stay free
	MemoryMin uint64 // likewise, of the machine's memory

	// What the system says, unless it is set: how much of the disk is free, as far as that is
	// known, and whether the folder takes a file.
	DiskFree func(dir string) (bytes uint64, known bool)
	Write    func(dir string) error

	wall, steady time.Time // when last looked at
}

// Check says why nothing new should be begun, or "". It writes a file to find out whether the
// disk takes one: permissions tell little of it.
func (w *Watch) Check() string {
	free, write := diskFree, writable
	if w.DiskFree != nil {
		free = w.DiskFree
	}
	if w.Write != nil {
		write = w.Write
	}
	if free, known := free(w.Dir); known && free < w.DiskMin {
		return fmt.Sprintf("the disk of %s is full: %s free, want %s", w.Dir, Bytes(free), Bytes(w.DiskMin))
	}
	if err := write(w.Dir); err != nil {
		return fmt.Sprintf("the disk takes no file: %v", err)
	}
	if free, known := memoryFree(); known && free < w.MemoryMin {
		return fmt.Sprintf("the machine's memory is full: %s available, want %s", Bytes(free), Bytes(w.MemoryMin))
	}
	return ""
}

// figure is how much is left, in what Check says.
var figure = regexp.MustCompile(`[0-9.]+ (GiB|MiB|bytes) (free|available)`)

// Same tells whether two answers of Check say the same, but for how much is left: that differs
// from one look to the next, and is no news.
func Same(a, b string) bool {
	return figure.ReplaceAllString(a, "") == figure.ReplaceAllString(b, "")
}

func writable(dir string) error {
	file, err := os.CreateTemp(dir, ".vitals-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString("x")
	if closed := file.Close(); err == nil {
		err = closed
	}
	return err
}

// jumpMin is how far the clock may be set without a word.
const jumpMin = 5 * time.Second

// Jump says how far the clock was set since the last call, or 0. Now has a reading of the
// monotonic clock, as time.Now gives it, which a set clock leaves as it is.
func (w *Watch) Jump(now time.Time) time.Duration {
	wall, steady := now.Round(0), now // Round takes the monotonic reading away
	defer func() { w.wall, w.steady = wall, steady }()
	if w.wall.IsZero() {
		return 0
	}
	return jump(wall.Sub(w.wall), steady.Sub(w.steady))
}

func jump(wall, steady time.Duration) time.Duration {
	by := wall - steady
	if by.Abs() < jumpMin {
		return 0
	}
	return by
}

// Bytes writes a size for people.
func Bytes(n uint64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d bytes", n)
}
