package fuzz

import (
	"testing"

	"battle.test/battle"
)

func FuzzWire(f *testing.F) { battle.Fuzz(f, Wire) }
