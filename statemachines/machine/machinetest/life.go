package machinetest

import (
	"bytes"
	"testing"

	"battle.test/statemachines/machine"
)

// A Cloner is a machine that can be copied.
type Cloner[M any] interface {
	machine.Machine
	Clone() M
}

// A Life is what happened to a machine, kept so that it can happen again to a copy of the
// machine as it was before: what the machine's steps cost by themselves, without the making
// of its packets.
type Life[M Cloner[M]] struct {
	Machine M // as it is now
	before  M
	events  []event
	out     []machine.Output
}

type event struct {
	now int64
	in  machine.Input
}

// NewLife begins one with a machine as it is.
func NewLife[M Cloner[M]](m M) *Life[M] {
	return &Life[M]{Machine: m, before: m.Clone()}
}

// Step gives the machine an input.
func (l *Life[M]) Step(now int64, in machine.Input) {
	in.Data = bytes.Clone(in.Data)
	l.events = append(l.events, event{now, in})
	l.out = l.Machine.Step(now, in, l.out[:0])
}

// Allocs is how often a step allocates, in the second half of what happened.
func (l *Life[M]) Allocs() float64 {
	m, out := l.before.Clone(), make([]machine.Output, 0, 64)
	step := func(events []event) {
		for _, e := range events {
			out = m.Step(e.now, e.in, out[:0])
		}
	}
	half, quarter := len(l.events)/2, len(l.events)/4
	step(l.events[:half])
	rest := l.events[half:]
	allocs := testing.AllocsPerRun(1, func() { // which runs it twice, and counts the second
		step(rest[:quarter])
		rest = rest[quarter:]
	})
	return allocs / float64(quarter)
}

// Bench lets it happen again and again. An operation is one step.
func (l *Life[M]) Bench(b *testing.B) {
	out := make([]machine.Output, 0, 64)
	b.ReportAllocs()
	b.ResetTimer()
	for n := b.N; n > 0; n -= len(l.events) {
		b.StopTimer()
		m := l.before.Clone()
		b.StartTimer()
		for _, e := range l.events[:min(n, len(l.events))] {
			out = m.Step(e.now, e.in, out[:0])
		}
	}
}
