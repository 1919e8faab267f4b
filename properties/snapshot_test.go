package properties

import (
	"testing"

	"battle.test/battle"
	"battle.test/fuzz"
)

func TestSnapshot(t *testing.T)      { battle.Check(t, fuzz.Snapshot) }
func TestSnapshotBytes(t *testing.T) { battle.Check(t, fuzz.SnapshotBytes) }
