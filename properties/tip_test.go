package properties

import (
	"testing"

	"battle.test/battle"
	"battle.test/fuzz"
)

func TestTip(t *testing.T) { battle.Check(t, fuzz.Tip) }
