package explore_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/explore"
)

func FuzzDoors(f *testing.F) { fuzzDoors(f, doorsTarget) }

var fuzzDoors = battle.Fuzz[*doors]

// Doors are failures of several kinds, in the order in which they are found.
type doors struct{ knocks uint16 } // the last four, a digit each

type Knock struct {
	Door uint8 `draw:"0..15"`
}

func (u *Knock) Apply(t *battle.T, d *doors) {
	d.knocks = d.knocks<<4 | uint16(u.Door)
	switch d.knocks & 0xfff {
	case 0x359:
		t.Errorf("behind one")
	case 0x8a1:
		t.Errorf("behind another")
	case 0xf17:
		t.Errorf("behind a third")
	}
}

var doorsTarget = battle.Target[*doors]{
	Name: "doors",
	New:  func() *doors { return &doors{} },
	Ops:  battle.Ops(battle.Op[*Knock](1)),
}

func TestAWorkerAloneFindsTheSameInTheSameOrder(t *testing.T) {
	first, second := huntWith(t, explore.TurnsName, "FuzzDoors", "3", battle.EnvStop+"="), huntWith(t, explore.TurnsName, "FuzzDoors", "3", battle.EnvStop+"=")
	require.Len(t, first.stats.Findings, 3)
	require.Equal(t, first.stats.Findings, second.stats.Findings)
	first.progress.SinceNew, second.progress.SinceNew = 0, 0
	first.progress.Restored, second.progress.Restored = "", "" // costs decide
	require.Equal(t, first.progress, second.progress)
	require.Zero(t, first.stats.Exchange)
}

// The steps that one worker has found, another need not find again.
func TestAWorkerGoesOnWhereAnotherHasCome(t *testing.T) {
	shared := battle.EnvShared + "=" + filepath.Join(t.TempDir(), "shared")
	one := huntWith(t, explore.SharesName, "FuzzLock", "1", shared)
	require.NotZero(t, one.stats.Exchange.Shared)
	require.Less(t, float64(one.stats.Exchange.Shared), one.report(t)["Offers"], "a run leads by several moments")
	other := huntWith(t, explore.TakesName, "FuzzLock", "8", shared)
	require.Equal(t, battle.Exchange{Taken: one.stats.Exchange.Shared}, other.stats.Exchange)
	require.Equal(t, float64(lockSteps-1), other.report(t)["Traits"], "all steps but the last are known before the first turn")
	require.Len(t, other.findings, 1)
}

// A long run is kept in pieces: a moment's own updates are what is mutated and spliced.
func TestAnothersLongRunIsKeptInPieces(t *testing.T) {
	shared := battle.EnvShared + "=" + filepath.Join(t.TempDir(), "shared")
	huntWith(t, explore.SharesName, "FuzzPile", "1", shared)
	other := huntWith(t, explore.TakesName, "FuzzPile", "2", shared).report(t)
	require.Greater(t, other["Deepest"], float64(pileTop/2))
	require.Less(t, other["LongestLeg"], float64(pileTop/8))
}
