package properties

import (
	"testing"

	"battle.test/battle"
	"battle.test/fuzz"
)

func TestSchedules(t *testing.T) { battle.Check(t, fuzz.Schedules) }
