package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

func emptyHunt(t *testing.T) *hunt {
	t.Helper()
	return &hunt{dir: filepath.Join(t.TempDir(), "findings"), found: make(map[string]*battle.Finding)}
}

func findingOf(engine string, trace ...string) *battle.Finding {
	return &battle.Finding{ID: "ring-1", Target: "ring", Failure: battle.Failure{Kind: battle.Mismatch}, Engine: engine, Trace: trace}
}

// kept is the trace of the finding in the folder.
func (h *hunt) kept(t *testing.T) []string {
	t.Helper()
	found, err := battle.ReadFinding(filepath.Join(h.dir, "ring-1.json"))
	require.NoError(t, err)
	return found.Trace
}

func TestKeepPrefersTheShorterTrace(t *testing.T) {
	h := emptyHunt(t)
	h.keep(findingOf("native", "a", "b"))
	h.keep(findingOf("rapid", "a", "b", "c"))
	require.Equal(t, []string{"a", "b"}, h.kept(t))
	h.keep(findingOf("gofuzz", "c"))
	require.Equal(t, []string{"c"}, h.kept(t))
	require.Equal(t, 1, h.foundSoFar())
}

// An earlier hunt's trace is shorter, but may pass by now.
func TestKeepReplacesWhatAnEarlierHuntLeft(t *testing.T) {
	h := emptyHunt(t)
	_, err := findingOf("native", "a").Write(h.dir)
	require.NoError(t, err)
	h.keep(findingOf("rapid", "a", "b"))
	require.Equal(t, []string{"a", "b"}, h.kept(t))
}

// One that fails only now and then gives way to one that always does.
func TestKeepPrefersTheStable(t *testing.T) {
	h := emptyHunt(t)
	unstable := findingOf("gofuzz", "a")
	unstable.Unstable = true
	h.keep(unstable)
	h.keep(findingOf("rapid", "b"))
	require.Equal(t, []string{"b"}, h.kept(t))
	h.keep(unstable)
	require.Equal(t, []string{"b"}, h.kept(t))
}

// A folder that fills up during the hunt is a fault, not silence.
func TestKeepReportsWhatItCannotWrite(t *testing.T) {
	h := emptyHunt(t)
	require.NoError(t, os.WriteFile(h.dir, nil, 0o644)) // a file in its place
	h.keep(findingOf("rapid", "a"))
	require.ErrorContains(t, h.conclude(nil, false), "a finding could not be written")
}

func TestWritableLeavesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "findings")
	require.NoError(t, writable("-findings", dir))
	require.NoDirExists(t, dir)
	require.NoError(t, os.Mkdir(dir, 0o755))
	require.NoError(t, writable("-findings", dir))
	require.DirExists(t, dir)
}

// A folder that somebody removed during the hunt is made again, with all that was in it.
func TestRestoreWritesWhatIsGone(t *testing.T) {
	h := emptyHunt(t)
	h.keep(findingOf("rapid", "a"))
	require.NoError(t, os.RemoveAll(h.dir))
	h.restore()
	require.Equal(t, []string{"a"}, h.kept(t))
	require.FileExists(t, filepath.Join(h.dir, "ring-1.txtar"))
	require.NoError(t, os.RemoveAll(h.dir))
	require.NoError(t, os.WriteFile(h.dir, nil, 0o644))
	h.restore()
	require.ErrorContains(t, h.conclude(nil, false), "a finding could not be written")
}

func TestABetterFindingOfTheSameFailureIsShorterOrSure(t *testing.T) {
	of := func(updates int, f battle.Finding) *battle.Finding {
		f.Trace = make([]string, updates)
		return &f
	}
	require.True(t, better(of(2, battle.Finding{}), of(3, battle.Finding{})))
	require.False(t, better(of(3, battle.Finding{}), of(3, battle.Finding{})))
	require.True(t, better(of(3, battle.Finding{}), of(2, battle.Finding{Unstable: true})))
	fault := battle.Finding{Failure: battle.Failure{Kind: battle.Harness, Message: "update 3 did not do the same"}}
	require.False(t, better(of(2, fault), of(3, fault)), "another number than the one that was told")
	fault.Place = "example.test/coins/coins.go:7"
	require.True(t, better(of(2, fault), of(3, fault)))
}
