package fuzz

import (
	"testing"

	"battle.test/battle"
)

func FuzzReaders(f *testing.F) { battle.Fuzz(f, Readers) }
