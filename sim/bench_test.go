package sim

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/statemachines/machine"
)

// busy is a network of twelve hosts that send to each other all the time.
func busy(ring int, every int64) *Network {
	n := New(Config{Seed: 1, Link: Link{Latency: Tailed(20*Microsecond, Millisecond), Faults: Faults{Loss: Percent(1), Duplicate: Percent(1)}}})
	for i := range uint16(12) {
		n.Add(Host{Name: fmt.Sprint("h", i), Address: machine.At(1, i), Start: startPulse(1, every, ring)})
	}
	n.RunFor(20 * Millisecond)
	return n
}

func TestNothingIsAllocatedInTheSteadyState(t *testing.T) {
	n := busy(64<<10, 200*Microsecond)
	require.Zero(t, testing.AllocsPerRun(1000, func() { n.RunFor(100 * Microsecond) }))
}

// BenchmarkEvents is an event: one in twelve a tick that sends to eleven others, the rest
// arrivals.
func BenchmarkEvents(b *testing.B) {
	n := busy(64<<10, 200*Microsecond)
	b.ReportAllocs()
	for b.Loop() {
		n.Step()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mevents/s")
}

// BenchmarkEventsLogged is the same with a log.
func BenchmarkEventsLogged(b *testing.B) {
	n := busy(64<<10, 200*Microsecond)
	n.log = newLog(4096)
	for range 10_000 {
		n.Step()
	}
	b.ReportAllocs()
	for b.Loop() {
		n.Step()
	}
}

// BenchmarkClone copies twelve hosts with rings of 64 KiB, with some hundred packets under
// way.
func BenchmarkClone(b *testing.B) {
	n := busy(64<<10, 200*Microsecond)
	b.ReportAllocs()
	for b.Loop() {
		n.Clone()
	}
	b.ReportMetric(float64(len(n.queue.events)), "queued")
}

// BenchmarkCloneAndGoOn copies them, and runs the copy until all hosts were stepped.
func BenchmarkCloneAndGoOn(b *testing.B) {
	n := busy(64<<10, 200*Microsecond)
	b.ReportAllocs()
	for b.Loop() {
		n.Clone().RunFor(220 * Microsecond)
	}
}
