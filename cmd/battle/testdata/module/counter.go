// Package counter is the subject that the scripts hunt in: a counter modulo 1000. The
// variable COUNTER_BUG breaks it, in one way after the other.
package counter

import (
	"os"
	"runtime/debug"
)

// Counter counts modulo 1000.
type Counter struct {
	value uint32
	bug   string
}

// Add adds, and returns what the counter shows.
func (c *Counter) Add(n uint32) uint32 {
	c.value = (c.value + n) % 1000
	if c.value < 150 {
		return c.value
	}
	switch c.bug {
	case "wrong":
		c.value++
	case "panic":
		var none []int
		_ = none[c.value]
	case "hang":
		for c.bug == "hang" {
			n++
		}
	case "exit":
		os.Exit(3)
	case "exit0":
		os.Exit(0)
	case "fatal":
		shared := make(map[uint32]uint32)
		go func() {
			for {
				shared[1]++
			}
		}()
		for {
			shared[2]++
		}
	case "stack":
		debug.SetMaxStack(1 << 20) // the usual gigabyte takes a second
		return c.deeper(n)
	case "memory":
		_ = make([]byte, 1<<47+uint64(n))
	case "goroutine":
		go func() { panic("on another goroutine") }()
		select {}
	}
	return c.value
}

func (c *Counter) deeper(n uint32) uint32 { return c.deeper(n+1) + n }
