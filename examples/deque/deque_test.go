// Package deque battle-tests somebody else's container against a slice. It is a module
// of its own, as a user's tests are: it sees the library from outside, and the
// library's go.mod does not grow by what its examples test.
package deque

import (
	"slices"
	"testing"

	"battle.test/battle"
	"github.com/gammazero/deque"
)

type pair struct {
	deque deque.Deque[uint8] // the subject
	slice []uint8            // the oracle
}

type Insert struct {
	At    uint16 // counted round and round: never out of range
	Value uint8
}
type Remove struct{ At uint16 }

func (u *Insert) Apply(t *battle.T, p *pair) {
	at := int(u.At) % (len(p.slice) + 1)
	p.deque.Insert(at, u.Value)
	p.slice = slices.Insert(p.slice, at, u.Value)
}

func (u *Remove) Apply(t *battle.T, p *pair) {
	if len(p.slice) > 0 {
		at := int(u.At) % len(p.slice)
		battle.Equal(t, p.slice[at], p.deque.Remove(at), "removed")
		p.slice = slices.Delete(p.slice, at, at+1)
	}
}

var Deque = battle.Target[*pair]{
	Name:  "deque",
	New:   func() *pair { return new(pair) },
	Ops:   battle.Ops(battle.Op[*Insert](3), battle.Op[*Remove](2)),
	Check: func(t *battle.T, p *pair) { battle.Equal(t, p.slice, p.deque.AppendToSlice(nil), "elements") },
}

func FuzzDeque(f *testing.F) { battle.Fuzz(f, Deque) }
func TestDeque(t *testing.T) { battle.Check(t, Deque) }
