package puzzles

import (
	"slices"

	"battle.test/battle"
	"battle.test/examples/puzzles/btree"
)

// A btreePair is a tree beside the slice of its keys, in order.
type btreePair struct {
	tree btree.Tree
	keys []uint16
}

// Updates of the tree. Those with Nth take a key that is there, counted round and round.
type (
	BtreeInsert struct{ Key uint16 }
	BtreeRemove struct{ Nth uint16 }
	BtreeSeek   struct{ Nth uint16 }
)

// Apply implements battle.Update.
func (u *BtreeInsert) Apply(t *battle.T, p *btreePair) {
	at, known := slices.BinarySearch(p.keys, u.Key)
	battle.Equal(t, !known, p.tree.Insert(u.Key), "inserted")
	if !known {
		p.keys = slices.Insert(p.keys, at, u.Key)
	}
}

// Apply implements battle.Update.
func (u *BtreeRemove) Apply(t *battle.T, p *btreePair) {
	if len(p.keys) > 0 {
		at := int(u.Nth) % len(p.keys)
		battle.Equal(t, true, p.tree.Remove(p.keys[at]), "removed")
		p.keys = slices.Delete(p.keys, at, at+1)
	}
}

// Apply implements battle.Update.
func (u *BtreeSeek) Apply(t *battle.T, p *btreePair) {
	if len(p.keys) > 0 {
		at := int(u.Nth) % len(p.keys)
		battle.Equal(t, p.keys[at], p.tree.Seek(at), "key of that rank")
	}
}

// Btree is a tree from which more is removed than inserted, so that 256 keys come about
// only on purpose.
var Btree = battle.Target[*btreePair]{
	Name:  "btree",
	New:   func() *btreePair { return new(btreePair) },
	Ops:   battle.Ops(battle.Op[*BtreeInsert](2), battle.Op[*BtreeRemove](3), battle.Op[*BtreeSeek](2)),
	Check: func(t *battle.T, p *btreePair) { battle.Equal(t, len(p.keys), p.tree.Len(), "length") },
}
