package fuzz

import (
	"testing"

	"battle.test/battle"
)

func FuzzSchedules(f *testing.F) { battle.Fuzz(f, Schedules) }
