package fuzz

import (
	"testing"

	"battle.test/battle"
)

func FuzzTip(f *testing.F) { battle.Fuzz(f, Tip) }

// The story once more, as the clients see it: only the one of the other region asks.
func TestTipBugInTheMachine(t *testing.T) {
	battle.Replay(t, Tip,
		&Begin{Base: 315567, Capacity: 160, Scale: 4},
		&AskHinted{Client: 1, At: 2142, Length: 8},
		&Ask{Client: 2, Far: true, From: Base, Offset: -80, Length: 8},
		&AskFar{Client: 3, Offset: 313425, Length: 8},
		&Publish{Length: 60},
		&Pass{Micros: 500},
		&AskFar{Client: 3, Offset: 313425, Length: 8},
		&PassUntilNext{},
	)
}
