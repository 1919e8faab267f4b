package fuzz

import (
	"testing"

	"battle.test/battle"
)

func FuzzRing(f *testing.F) { battle.Fuzz(f, Ring) }

// The story: a server restarts from a snapshot at offset 315567, and before its ring
// has filled it is asked for offset 313425.
func TestTipBug(t *testing.T) {
	battle.Replay(t, Ring,
		&Restart{Base: 315567, Capacity: 160, Scale: 4},
		&ReadFar{From: Base, Offset: -2142, Length: 8},
		&AppendLong{Length: 2000},
		&ReadFar{From: Base, Offset: -2142, Length: 8},
		&ReadFar{From: Base, Offset: -1, Length: 8},
		&ReadFar{From: Base, Offset: 0, Length: 8},
	)
}
