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

// scheduled fails in every n-th run, as a race does that the tape does not decide.
func scheduled(n, attempts int) battle.Target[*counter] {
	runs := 0
	target := counterTarget("")
	target.New = func() *counter {
		bug := ""
		if runs++; runs%n == 0 {
			bug = "wrap"
		}
		return &counter{limit: 1000, bug: bug}
	}
	target.Attempts = attempts
	return target
}

func TestAttemptsMakeARareFailureAFinding(t *testing.T) {
	ops := []battle.Update[*counter]{&Reset{}, &Add{N: 500}, &Reset{}, &Add{N: 77}, &Peek{}}
	for _, c := range []struct {
		n, attempts int
		kind        battle.Kind
		updates     int
		unstable    bool
	}{
		{1, 1, battle.Mismatch, 1, false},
		{5, 5, battle.Mismatch, 1, false}, // a trace counts as passing after five runs
		{5, 1, battle.Harness, 5, false},  // it failed once, and then never again
		{2, 1, battle.Mismatch, 5, true},  // once in three confirming runs
	} {
		target := scheduled(c.n, c.attempts)
		tape, err := battle.Encode(target, ops...)
		require.NoError(t, err)
		var found *battle.Finding
		for range c.n { // a run that passes is no finding, whatever it would do next time
			if found = battle.Find(target, tape); found != nil {
				break
			}
		}
		require.NotNil(t, found, "%+v", c)
		require.Equal(t, c.kind, found.Kind, "%+v: %s", c, found.Text())
		require.Equal(t, c.unstable, found.Unstable, "%+v", c)
		require.LessOrEqual(t, len(found.Trace), c.updates, "%+v", c)
		require.Contains(t, strings.Join(found.Trace, "\n"), "add n=77 unit=ones")
		require.Equal(t, c.unstable, strings.Contains(string(found.Text()), "fails only on some schedules"))
	}
}
