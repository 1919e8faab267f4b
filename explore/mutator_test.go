package explore_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/explore"
)

const mutatesName = "mutates"

// mutations are what a mutator makes of a tape of several doors, of a half one at its end,
// and of none, with one seed after the other.
type mutations struct {
	Mutated [][]byte
	Again   bool // the same seed makes the same
	Crossed [][]byte
	Short   int // bytes of the longest where most are 7
	OfNone  [][]byte
}

const mutationSeeds = 400

func init() {
	battle.Register(mutatesName, func(h *battle.Hunt) {
		m, got := explore.NewMutator(h), mutations{Again: true}
		for seed := range uint64(mutationSeeds) {
			tape := bytes.Clone(m.Mutate(doorsTape, 4096, seed))
			got.Mutated = append(got.Mutated, tape)
			got.Crossed = append(got.Crossed, bytes.Clone(m.Cross(doorsTape, otherDoorsTape, 4096, seed)))
			got.Short = max(got.Short, len(m.Mutate(doorsTape, 7, seed)), len(m.Cross(doorsTape, otherDoorsTape, 7, seed)))
			got.OfNone = append(got.OfNone, bytes.Clone(m.Mutate(nil, 4096, seed)))
			got.Again = got.Again && bytes.Equal(tape, m.Mutate(doorsTape, 4096, seed))
		}
		h.Report(func() any { return got })
	})
}

// An update is a byte that selects its kind, and its door.
var (
	doorsTape      = []byte{0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0}
	otherDoorsTape = []byte{0, 0, 0, 11, 0, 12, 0, 13}
)

// doorsOf are the doors of a tape.
func doorsOf(t *testing.T, tape []byte) []byte {
	require.GreaterOrEqual(t, len(tape), 2)
	require.Equal(t, []byte{0, 0}, tape[:2], "nothing is left out")
	require.Zero(t, len(tape)%2, "whole updates")
	doors := []byte{}
	for i := 3; i < len(tape); i += 2 {
		require.Less(t, tape[i], byte(16))
		doors = append(doors, tape[i])
	}
	return doors
}

func TestAMutatorChangesWholeUpdates(t *testing.T) {
	var got mutations
	huntWith(t, mutatesName, "FuzzDoors", "1").into(t, &got)
	require.True(t, got.Again)
	require.Equal(t, 6, got.Short)

	before := doorsOf(t, append(bytes.Clone(doorsTape), 0)) // past its end a tape has zeros
	how := make(map[string]int)
	for _, tape := range got.Mutated {
		switch doors := doorsOf(t, tape); {
		case bytes.Equal(doors, before):
			how["none"]++
		case bytes.HasPrefix(doors, before):
			how["more at the end"]++
		case len(doors) > len(before):
			how["more"]++
		case len(doors) < len(before):
			how["less"]++
		default:
			how["changed"]++
		}
	}
	for _, what := range []string{"more at the end", "more", "less", "changed"} {
		require.Greater(t, how[what], mutationSeeds/20, "%v", how)
	}
	require.Less(t, how["none"], mutationSeeds/5, "%v", how)
	for _, tape := range got.OfNone {
		doorsOf(t, tape)
	}
}

func TestAMutatorCrossesBetweenUpdates(t *testing.T) {
	var got mutations
	huntWith(t, mutatesName, "FuzzDoors", "1").into(t, &got)
	one, other := doorsOf(t, append(bytes.Clone(doorsTape), 0)), doorsOf(t, otherDoorsTape)
	seen := make(map[string]bool)
	for _, tape := range got.Crossed {
		doors := doorsOf(t, tape)
		head := 0
		for head < min(len(doors), len(one)) && doors[head] == one[head] {
			head++
		}
		require.True(t, bytes.HasSuffix(other, doors[head:]), "%v", doors)
		seen[string(doors)] = true
	}
	require.Len(t, seen, (len(one)+1)*(len(other)+1), "each way to cut the two")
}
