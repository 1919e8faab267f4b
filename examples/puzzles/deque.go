package puzzles

import (
	"battle.test/battle"
	"battle.test/examples/puzzles/deque"
)

// A dequePair is a deque beside a slice.
type dequePair struct {
	deque deque.Deque
	slice []uint8
}

// Updates of the deque.
type (
	PushBack  struct{ Value uint8 }
	PushFront struct{ Value uint8 }
	PopBack   struct{}
	PopFront  struct{}
)

// Apply implements battle.Update.
func (u *PushBack) Apply(_ *battle.T, p *dequePair) {
	p.deque.PushBack(u.Value)
	p.slice = append(p.slice, u.Value)
}

// Apply implements battle.Update.
func (u *PushFront) Apply(_ *battle.T, p *dequePair) {
	p.deque.PushFront(u.Value)
	p.slice = append([]uint8{u.Value}, p.slice...)
}

// Apply implements battle.Update.
func (*PopBack) Apply(t *battle.T, p *dequePair) {
	if last := len(p.slice) - 1; last >= 0 {
		battle.Equal(t, p.slice[last], p.deque.PopBack(), "popped")
		p.slice = p.slice[:last]
	}
}

// Apply implements battle.Update.
func (*PopFront) Apply(t *battle.T, p *dequePair) {
	if len(p.slice) > 0 {
		battle.Equal(t, p.slice[0], p.deque.PopFront(), "popped")
		p.slice = p.slice[1:]
	}
}

// Deque is pushed less often than it is popped, so that 65 pushes more than pops come
// about only on purpose.
var Deque = battle.Target[*dequePair]{
	Name: "deque",
	New:  func() *dequePair { return new(dequePair) },
	Ops: battle.Ops(
		battle.Op[*PushBack](2), battle.Op[*PushFront](2),
		battle.Op[*PopBack](3), battle.Op[*PopFront](3),
	),
	Check: func(t *battle.T, p *dequePair) {
		battle.Equal(t, len(p.slice), p.deque.Len(), "length")
		if n := len(p.slice); n > 0 {
			battle.Equal(t, p.slice[0], p.deque.At(0), "first")
			battle.Equal(t, p.slice[n-1], p.deque.At(n-1), "last")
		}
	},
}
