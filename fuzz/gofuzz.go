//go:build gofuzz

package fuzz

import "battle.test/battle"

// The harnesses of go-fuzz: for a native function FuzzX, a function FuzzXBytes. The
// battle command builds and runs them:
//
//	battle hunt -engine gofuzz
//
// With go-fuzz's own tools, -func picks one. FuzzSnapshotBytes is the harness of
// FuzzSnapshot here, and a native function of its own in snapshot_test.go, which is
// left out under the tag.

var (
	ringBytes          = battle.Bytes(Ring)
	readersBytes       = battle.Bytes(Readers)
	snapshotBytes      = battle.Bytes(Snapshot)
	snapshotBytesBytes = battle.Bytes(SnapshotBytes)
	tipBytes           = battle.Bytes(Tip)
)

// FuzzRingBytes runs a tape on the tip ring.
func FuzzRingBytes(data []byte) int { return ringBytes(data) }

// FuzzReadersBytes runs a tape on the tip ring with its readers at work at once.
func FuzzReadersBytes(data []byte) int { return readersBytes(data) }

// FuzzSnapshotBytes runs a tape on the folder of snapshots.
func FuzzSnapshotBytes(data []byte) int { return snapshotBytes(data) }

// FuzzSnapshotBytesBytes runs a tape on the snapshot loader.
func FuzzSnapshotBytesBytes(data []byte) int { return snapshotBytesBytes(data) }

// FuzzTipBytes runs a tape on the tip-retransmitter.
func FuzzTipBytes(data []byte) int { return tipBytes(data) }
