package battle

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

func TestAVigilTellsSlownessFromAHang(t *testing.T) {
	const every = 5 * time.Millisecond
	for _, c := range []struct {
		name  string
		cpu   time.Duration // that the process gets from look to look
		idle  bool
		looks int // until it is a hang
	}{
		{"it spins", every, false, watchTicks + 1},
		{"it spins beside another process", every / 2, false, watchTicks + 1},
		{"it is blocked", 0, true, watchTicks + 1},
		{"it is blocked, and something wakes up with every look", 0, false, passedMax * (watchTicks + 1)},
		{"it gets an eighth of a core", every / 8, false, 4 * (watchTicks + 1)},
	} {
		v := vigil{every: every}
		v.begin(time.Hour)
		looks := 1
		for cpu := time.Hour + c.cpu; !v.look(cpu, c.idle); cpu += c.cpu {
			looks++
		}
		if looks != c.looks {
			t.Errorf("%s: a hang after %d looks, want %d", c.name, looks, c.looks)
		}
	}
}

func TestAnotherUpdateIsAnotherVigil(t *testing.T) {
	v := vigil{every: time.Second}
	for range 5 {
		v.begin(0)
		for range watchTicks {
			if v.look(0, true) {
				t.Fatal("a hang, but each update had too few looks")
			}
		}
	}
}

func TestCPUTimeIsOfTheProcess(t *testing.T) {
	from := cpuTime()
	for cpuTime() == from { // work brings it on, however slowly
	}
	if now := cpuTime(); now < from {
		t.Errorf("CPU time went back from %v to %v", from, now)
	}
}

func TestAtRestIsWhereNobodyElseRuns(t *testing.T) {
	var spins, stop atomic.Bool
	go func() {
		for spins.Store(true); !stop.Load(); {
		}
	}()
	for !spins.Load() {
		runtime.Gosched()
	}
	atWork := 0
	for range 100 { // what Go counts is a little off at times
		if !atRest() {
			atWork++
		}
	}
	if atWork == 0 {
		t.Error("at rest, while a goroutine spins")
	}
	stop.Store(true)
	for !atRest() { // what ends takes a moment to be gone
		time.Sleep(time.Millisecond)
	}
}
