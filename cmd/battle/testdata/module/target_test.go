package counter

import (
	"testing"

	"battle.test/battle"
)

func FuzzCounter(f *testing.F) { battle.Fuzz(f, Target) }
func TestCounter(t *testing.T) { battle.Check(t, Target) }
