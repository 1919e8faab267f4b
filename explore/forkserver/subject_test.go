//go:build linux && (amd64 || arm64)

package forkserver

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"battle.test/battle"
	"battle.test/explore/probe"
)

// The target of these tests is their own binary, without instrumentation: its updates
// count blocks by hand, and do what kills processes, under the engine.

var deadly = os.Getenv(battle.EnvEngine) == Name

const blocks = 100

func TestMain(m *testing.M) {
	probe.Load(make([]probe.Block, blocks), []uint64{0x1234, 0x12345678}, []string{"magic"}, []uint8{0, 4, 1, 0})
	battle.Register(Name, Engine)
	os.Exit(m.Run())
}

func FuzzSubject(f *testing.F) { fuzzSubject(f, subject) }

// fuzzSubject keeps the test's own subject from being listed as a target of this module.
var fuzzSubject = battle.Fuzz[*nothing]

var subject = battle.Target[*nothing]{
	Name:      "subject",
	New:       func() *nothing { return new(nothing) },
	Ops:       battle.Ops(battle.Op[*Count](1), battle.Op[*Wrong](1), battle.Op[*Panics](1), battle.Op[*Exits](1), battle.Op[*Hangs](1), battle.Op[*Leaves](1), battle.Op[*Fatal](1), battle.Op[*Compares](1)),
	HangAfter: time.Hour,
}

type nothing struct{}

// Count runs a block, and, the first time in a process, another.
type Count struct {
	Block uint8 `draw:"0..49"`
}

var once sync.Once

func (c *Count) Apply(*battle.T, *nothing) {
	once.Do(func() { probe.Counters[99]++ })
	probe.Counters[c.Block]++
}

type Wrong struct{}

func (*Wrong) Apply(t *battle.T, _ *nothing) { battle.Equal(t, !deadly, true, "life") }

type Panics struct{}

func (*Panics) Apply(*battle.T, *nothing) {
	if deadly {
		panic("in an update")
	}
}

type Exits struct {
	Status uint8 `draw:"3..9"`
}

func (e *Exits) Apply(*battle.T, *nothing) {
	if deadly {
		os.Exit(int(e.Status))
	}
}

type Hangs struct{}

func (*Hangs) Apply(*battle.T, *nothing) {
	if deadly {
		select {}
	}
}

type Leaves struct{}

func (*Leaves) Apply(*battle.T, *nothing) {
	if deadly {
		go func() { panic("on another goroutine") }()
		select {}
	}
}

// Fatal is what Go's runtime does not survive.
type Fatal struct {
	Way uint8 `draw:"0..2"`
}

func (f *Fatal) Apply(*battle.T, *nothing) {
	switch {
	case !deadly:
	case f.Way == 0:
		shared := make(map[int]int)
		go func() {
			for {
				shared[1]++
			}
		}()
		for {
			shared[2]++
		}
	case f.Way == 1:
		debug.SetMaxStack(1 << 20)
		deeper(f)
	default:
		_ = make([]byte, 1<<47+int(f.Way))
	}
}

// deeper calls itself until the stack is full.
func deeper(f *Fatal) {
	if f.Way < 3 {
		deeper(f)
	}
	f.Way = 3
}

// Compares compares as instrumented sources do, at three sites.
type Compares struct {
	Value uint16
}

func (c *Compares) Apply(*battle.T, *nothing) {
	probe.Eq(1, uint32(c.Value), 0x600DF00D)
	probe.Lt(2, int8(c.Value), -3)
	probe.EqText(3, strconv.Itoa(int(c.Value)), "a word of more than thirty-one bytes")
	probe.Eq(1, 9, uint32(9)) // which tells AFL nothing
	probe.Eq(1, 7, uint32(c.Value))
}

// The updates as they lie on a tape: the kind, by its place, and its field.
func tape(updates ...string) []byte { return []byte("\x00\x00" + strings.Join(updates, "")) }

func count(block byte) string { return "\x00" + string(block) }
func exits(more byte) string  { return "\x03" + string(more) } // with status 3+more
func fatal(way byte) string   { return "\x06" + string(way) }

func compares(value byte) string { return "\x07" + string(value) + "\x01" } // 256 more

const wrong, panics, hangs, leaves = "\x01", "\x02", "\x04", "\x05"
