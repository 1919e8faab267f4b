package puzzles

import (
	"battle.test/battle"
	"battle.test/examples/puzzles/vault"
)

// Unlock tries a number at the vault's door.
type Unlock struct{ Number uint64 }

// Apply implements battle.Update.
func (u *Unlock) Apply(_ *battle.T, v *vault.Vault) { v.Unlock(u.Number) }

// Ring is a position of one of the rings of the safe behind the door.
type Ring uint8

// Dial sets the rings.
type Dial struct {
	A, B, C, D, E, F, G, H, I, J, K, L Ring `draw:"0..3"`
}

// Apply implements battle.Update. Each ring that is right leads one condition further, which
// coverage shows to an engine that has counters in this package: a subject in the harness.
func (u *Dial) Apply(t *battle.T, v *vault.Vault) {
	if !v.Open() || u.first() < 6 {
		return
	}
	if u.G != 0 {
		return
	}
	if u.H != 2 {
		return
	}
	if u.I != 2 {
		return
	}
	if u.J != 1 {
		return
	}
	if u.K != 3 {
		return
	}
	if u.L == 1 {
		t.Errorf("the safe is open")
	}
}

// first is how many of the first six rings are right, up to one that is wrong.
func (u *Dial) first() int {
	switch {
	case u.A != 3:
		return 0
	case u.B != 1:
		return 1
	case u.C != 2:
		return 2
	case u.D != 0:
		return 3
	case u.E != 3:
		return 4
	case u.F != 1:
		return 5
	}
	return 6
}

// vaultNumber is mixed here, so that it stands in no source.
func vaultNumber() uint64 {
	mixed := uint64(pathKey + 1)
	mixed *= 0x9E3779B97F4A7C15
	return mixed ^ mixed>>29
}

// Vault takes two engines: one that sees what is compared, as the explorer does, and one that
// has counters in the harness, as Go's fuzzer.
var Vault = battle.Target[*vault.Vault]{
	Name: "vault",
	New:  func() *vault.Vault { return vault.New(vaultNumber()) },
	Ops:  battle.Ops(battle.Op[*Unlock](1), battle.Op[*Dial](1)),
}
