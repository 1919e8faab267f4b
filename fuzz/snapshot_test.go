package fuzz

import (
	"testing"

	"battle.test/battle"
)

func FuzzSnapshot(f *testing.F) { battle.Fuzz(f, Snapshot) }

func FuzzSnapshotBytes(f *testing.F) { battle.Fuzz(f, SnapshotBytes) }
