package puzzles

import (
	"slices"

	"battle.test/battle"
	"battle.test/examples/puzzles/radix"
)

// A radixPair is a tree beside a map, with the keys in the order in which they came.
type radixPair struct {
	tree   radix.Tree
	values map[uint32]uint8
	keys   []uint32
}

// Put, Get and Remove of a radix tree; GetKnown and RemoveKnown take a key that is there,
// counted round and round.
type (
	RadixPut struct {
		Key   uint32
		Value uint8
	}
	RadixGet         struct{ Key uint32 }
	RadixGetKnown    struct{ Nth uint16 }
	RadixRemoveKnown struct{ Nth uint16 }
)

// Apply implements battle.Update.
func (u *RadixPut) Apply(_ *battle.T, p *radixPair) {
	p.tree.Put(u.Key, u.Value)
	if _, known := p.values[u.Key]; !known {
		p.keys = append(p.keys, u.Key)
	}
	p.values[u.Key] = u.Value
}

func (p *radixPair) compare(t *battle.T, key uint32) {
	got, gotOK := p.tree.Get(key)
	want, wantOK := p.values[key]
	if got != want || gotOK != wantOK {
		t.Errorf("get %#08x: got %d (%v), want %d (%v)", key, got, gotOK, want, wantOK)
	}
}

// Apply implements battle.Update.
func (u *RadixGet) Apply(t *battle.T, p *radixPair) { p.compare(t, u.Key) }

// Apply implements battle.Update.
func (u *RadixGetKnown) Apply(t *battle.T, p *radixPair) {
	if len(p.keys) > 0 {
		p.compare(t, p.keys[int(u.Nth)%len(p.keys)])
	}
}

// Apply implements battle.Update.
func (u *RadixRemoveKnown) Apply(t *battle.T, p *radixPair) {
	if len(p.keys) == 0 {
		return
	}
	nth := int(u.Nth) % len(p.keys)
	key := p.keys[nth]
	battle.Equal(t, true, p.tree.Remove(key), "removed")
	delete(p.values, key)
	p.keys = slices.Delete(p.keys, nth, nth+1)
}

// Radix is a tree whose keys are drawn from all 32-bit numbers, and so are sparse.
var Radix = battle.Target[*radixPair]{
	Name: "radix",
	New:  func() *radixPair { return &radixPair{values: make(map[uint32]uint8)} },
	Ops: battle.Ops(
		battle.Op[*RadixPut](4), battle.Op[*RadixGet](1),
		battle.Op[*RadixGetKnown](2), battle.Op[*RadixRemoveKnown](3),
	),
}
