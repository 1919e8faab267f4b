package puzzles

import (
	"bytes"

	"battle.test/battle"
	"battle.test/examples/puzzles/bytequeue"
)

const byteQueueSize = 1 << 14

// A byteQueuePair is a queue of byte strings beside a slice of them.
type byteQueuePair struct {
	queue *bytequeue.Queue
	slice [][]byte
}

// Updates of the queue.
type (
	Enqueue struct {
		Length uint16 `draw:"0..4000"`
		Fill   uint8
	}
	Dequeue struct{}
)

// Apply implements battle.Update.
func (u *Enqueue) Apply(_ *battle.T, p *byteQueuePair) {
	entry := bytes.Repeat([]byte{u.Fill}, int(u.Length))
	if p.queue.Push(entry) {
		p.slice = append(p.slice, entry)
	}
}

// Apply implements battle.Update.
func (*Dequeue) Apply(t *battle.T, p *byteQueuePair) {
	got, ok := p.queue.Pop()
	battle.Equal(t, len(p.slice) > 0, ok, "an entry was there")
	if ok && len(p.slice) > 0 {
		if want := p.slice[0]; !bytes.Equal(want, got) {
			t.Errorf("popped %d bytes, want %d times %d", len(got), len(want), want[:min(1, len(want))])
		}
		p.slice = p.slice[1:]
	}
}

// ByteQueue is a queue of entries of any length; what is left at the end of its buffer
// is a gap of any length, too.
var ByteQueue = battle.Target[*byteQueuePair]{
	Name: "byte-queue",
	New:  func() *byteQueuePair { return &byteQueuePair{queue: bytequeue.New(byteQueueSize)} },
	Ops:  battle.Ops(battle.Op[*Enqueue](1), battle.Op[*Dequeue](1)),
}
