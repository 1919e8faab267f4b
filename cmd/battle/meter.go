package main

import (
	"context"
	"os/exec"
	"sync/atomic"
	"time"
)

// A meter adds up the CPU time of the processes that are asked something within a
// context: who asks on behalf of a budget has to pay for the answers.
type meter struct{ cpu atomic.Int64 }

type meterKey struct{}

// within is the context in which the meter counts.
func (m *meter) within(ctx context.Context) context.Context {
	return context.WithValue(ctx, meterKey{}, m)
}

func (m *meter) read() time.Duration { return time.Duration(m.cpu.Load()) }

// charge puts what a process that has ended took on the context's meter, if it has one.
func charge(ctx context.Context, cmd *exec.Cmd) {
	if m, ok := ctx.Value(meterKey{}).(*meter); ok && cmd.ProcessState != nil {
		m.cpu.Add(int64(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()))
	}
}
