package battle_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

func TestMinimisingKeepsTheSameFailure(t *testing.T) {
	// Any sum above 0 is a failure, but another one, and a shorter way to it.
	found := find(t, "near", strings.Repeat("add n=3; ", 20)+"add n=880; peek; reset; peek")
	require.Equal(t, "the first bug", found.Message)
	require.Equal(t, []string{"add n=900 unit=ones", "peek delta=0 note=\"\""}, found.Trace)
	require.Equal(t, 24, found.Original)
	require.False(t, found.Unstable)
}

// A candidate that hangs costs time once or twice, and is no reason to stop.
func TestMinimisingPassesByCandidatesThatHang(t *testing.T) {
	found := find(t, "slow neighbour", "reset; add n=500; add n=400; peek; reset") // without the second add it hangs
	require.Equal(t, battle.Mismatch, found.Kind)
	require.Equal(t, "beside a hang", found.Message)
	require.Equal(t, []string{"add n=900 unit=ones", "peek delta=0 note=\"\""}, found.Trace)
}

// lateTrace has 300 updates, of which few matter.
func lateTrace() string {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "add n=%d unit=tens; peek delta=%d note=\"n\"; %s; ", 3*i, i%80, []string{"reset", "peek", "add n=9", "peek", "peek"}[i%5])
	}
	return strings.Replace(b.String(), "reset", "add n=5", 12) // the first resets come late
}

func TestALongFindingIsMinimisedUntilNoUpdateCanBeDropped(t *testing.T) {
	target := counterTarget("late")
	found := find(t, "late", lateTrace())
	require.NotNil(t, found)
	require.Greater(t, found.Original, 200)
	require.Equal(t, []string{"reset", "reset", "add n=501 unit=tens"}, found.Trace)
	for i := range found.Trace {
		shorter := append(append([]string(nil), found.Trace[:i]...), found.Trace[i+1:]...)
		tape, err := battle.Parse(target, "shorter", []byte(strings.Join(shorter, "\n")))
		require.NoError(t, err)
		require.Nil(t, battle.Find(target, tape), "update %d can be dropped", i+1)
	}
	again := find(t, "late", lateTrace())
	require.Equal(t, found.Trace, again.Trace)
	require.Equal(t, found.Tried, again.Tried)
}

// BenchmarkMinimise minimises a finding of 300 updates; it must take less than a second.
func BenchmarkMinimise(b *testing.B) {
	target := counterTarget("late")
	tape, err := battle.Parse(target, "late", []byte(lateTrace()))
	require.NoError(b, err)
	var found *battle.Finding
	for b.Loop() {
		found = battle.Find(target, tape)
	}
	b.ReportMetric(float64(found.Original), "updates-before")
	b.ReportMetric(float64(len(found.Trace)), "updates-after")
	b.ReportMetric(float64(found.Tried), "candidates")
}
