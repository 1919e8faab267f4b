package properties

import (
	"testing"

	"battle.test/battle"
	"battle.test/fuzz"
)

func TestRing(t *testing.T) { battle.Check(t, fuzz.Ring) }
