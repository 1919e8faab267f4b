package battle_test

import (
	"os"
	"runtime"
	"strings"
	"time"

	"battle.test/battle"
)

// The tests' subject: a counter that wraps at a limit, beside a plain sum. Its bugs
// are switched on by the tests, which need a subject that fails on demand.

type counter struct {
	limit  uint32
	value  uint32
	sum    uint64
	resets int
	bug    string
	kept   [][]byte
}

func (c *counter) add(n uint32) uint32 {
	c.value = (c.value + n) % c.limit
	switch {
	case c.bug == "wrap" && c.value == 77:
		c.value++
	case c.bug == "late" && c.resets >= 2 && c.sum > 5000:
		c.value++
	case c.bug == "memory":
		c.kept = append(c.kept, make([]byte, 8<<20))
	case c.sum > 300:
		c.break_()
	}
	return c.value
}

// break_ is what the bugs do that end more than the update.
func (c *counter) break_() {
	switch c.bug {
	case "panic":
		var none []int
		_ = none[c.value]
	case "library":
		_ = strings.Repeat("x", -int(c.value)-1)
	case "exit":
		os.Exit(3)
	case "dies late":
		time.Sleep(300 * time.Millisecond) // as a stack takes that grows up to its limit
		os.Exit(3)
	case "goroutine":
		go func() { panic("boom") }()
		time.Sleep(time.Hour) // until the process is gone
	case "goexit":
		runtime.Goexit()
	}
}

type unit uint8

func (u unit) String() string { return [...]string{"ones", "tens", "hundreds"}[u] }

func (u unit) size() uint32 { return [...]uint32{1, 10, 100}[u] }

type Add struct {
	N    uint16 `draw:"0..1000"`
	Unit unit   `draw:"0..2"`
}

func (a *Add) Apply(t *battle.T, c *counter) {
	n := uint32(a.N) * a.Unit.size()
	c.sum += uint64(n)
	got := c.add(n)
	if c.sum >= uint64(c.limit) {
		t.Label("wrapped")
	}
	battle.Equal(t, uint32(c.sum%uint64(c.limit)), got, "value")
}

type Reset struct{}

func (*Reset) Apply(t *battle.T, c *counter) {
	c.value, c.sum = 0, 0
	c.resets++
	t.Label("reset")
	if c.bug == "hang" {
		<-make(chan bool)
	}
}

type Peek struct {
	Delta int16  `draw:"-80..80"`
	Note  []byte `draw:"len=0..8"`
}

var flaky int // what a run must not depend on

func (p *Peek) Apply(t *battle.T, c *counter) {
	switch c.bug {
	case "apply":
		_ = p.Note[8]
	case "closure":
		func() { _ = p.Note[8] }()
	case "fault":
		t.Fault("the oracle has %d", c.sum)
	case "flaky":
		if flaky++; flaky == 1 {
			t.Errorf("only once")
		}
	case "fatal":
		t.Fatalf("at once")
	case "near":
		// Two bugs side by side: the first one hides the second while it is there.
		if c.sum >= 900 {
			t.Errorf("the first bug")
		} else if c.sum > 0 {
			t.Errorf("the second bug")
		}
	case "slow neighbour":
		if c.sum == 500 {
			<-make(chan bool)
		}
		if c.sum >= 900 {
			t.Errorf("beside a hang")
		}
	}
	battle.Equal(t, uint32(c.sum%uint64(c.limit)), c.value, "value")
}

func counterTarget(bug string) battle.Target[*counter] {
	target := battle.Target[*counter]{
		Name: "counter",
		New: func() *counter {
			switch bug {
			case "new":
				panic("no counter today")
			case "new hangs":
				<-make(chan bool)
			}
			return &counter{limit: 1000, bug: bug}
		},
		Close: func(c *counter) {
			if bug == "close" && c.sum > 300 {
				panic("can't close")
			}
		},
		Ops: battle.Ops(
			battle.Op[*Add](4),
			battle.Op[*Reset](1),
			battle.Op[*Peek](2),
		),
	}
	switch bug {
	case "misuse":
		target.New = nil
	case "memory":
		target.MemoryMax = 64 << 20
	case "dies late":
		target.HangAfter = time.Minute // however busy the machine is
	case "new hangs", "hang", "slow neighbour":
		target.HangAfter = 100 * time.Millisecond
	case "never":
		target.Require = []battle.Requirement{battle.Require("wrapped", 0.01), battle.Require("never seen", 0.01)}
	}
	return target
}
