package properties

import (
	"testing"

	"battle.test/battle"
	"battle.test/fuzz"
)

func TestWire(t *testing.T) { battle.Check(t, fuzz.Wire) }
