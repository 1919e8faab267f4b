package coordinator

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/battle"

	"battle.test/explore"

	"battle.test/farm/store"
)

func TestASearchEndsAtTheFirstBadRevision(t *testing.T) {
	revisions := make([]string, 100) // the newest first
	for i := range revisions {
		revisions[i] = fmt.Sprint("r", i)
	}
	for _, first := range []int{0, 1, 2, 3, 50, 98, 99} {
		tell := func(i int) store.Outcome {
			if i <= first {
				return store.Fails
			}
			return store.Passes
		}
		b, tries := search1(revisions, tell)
		require.Equal(t, revisions[first], b.Bad, "first bad is %d", first)
		require.LessOrEqual(t, tries, 13)
		if first < 99 {
			require.Equal(t, revisions[first+1], b.Good)
			require.Empty(t, b.Note)
		} else {
			require.Empty(t, b.Good)
			require.Contains(t, b.Note, "from the beginning")
		}
	}
}

func TestASearchStepsAroundWhatCantBeTold(t *testing.T) {
	revisions := []string{"r0", "r1", "r2", "r3", "r4", "r5"}
	b, _ := search1(revisions, func(i int) store.Outcome {
		return []store.Outcome{store.Fails, store.Fails, store.Unknown, store.Unknown, store.Passes, store.Passes}[i]
	})
	require.Equal(t, "r1", b.Bad)
	require.Equal(t, "r4", b.Good)
	require.Equal(t, 2, b.Between)
	require.Contains(t, b.Note, "2 revisions after it can't be told")
	b, tries := search1(revisions, func(int) store.Outcome { return store.Unknown })
	require.Equal(t, "r0", b.Bad)
	require.Equal(t, 5, tries)
	require.Contains(t, b.Note, "none before it can be told")
}

// search1 searches from the beginning, each step anew from what is noted, as after kill -9.
func search1(revisions []string, tell func(i int) store.Outcome) (b store.Bisection, tries int) {
	for {
		s := newSearch(revisions, b.Tries)
		next := s.next()
		s.sumUp(&b)
		if next < 0 {
			return b, tries
		}
		tries++
		b.Tries = append(b.Tries, store.Tried{Revision: revisions[next], Outcome: tell(next)})
	}
}

func found(id string, moment int) *battle.Finding {
	return &battle.Finding{ID: id, Failure: battle.Failure{Kind: battle.Mismatch, Func: "ring.Read", Moment: moment}}
}

func TestWhatATraceMeansAtAnotherBuild(t *testing.T) {
	f := &store.Finding{ID: "ring-1", Aliases: []string{"ring-2"}, Found: *found("ring-1", 3)}
	elsewhere := func(moment int) *battle.Finding { f := found("x", moment); f.Failure.Func = "ring.Append"; return f }
	harness := found("x", 0)
	harness.Kind = battle.Harness
	for _, c := range []struct {
		now   *battle.Finding
		fault string
		want  store.Outcome
		note  string
	}{
		{nil, "", store.Passes, ""},
		{nil, "it does not build", store.Unknown, "it does not build"},
		{found("ring-2", 3), "", store.Fails, ""},
		{found("moved", 3), "", store.Fails, ""},
		{elsewhere(2), "", store.Hidden, "it fails before, in another way"},
		{elsewhere(4), "", store.Passes, "it gets past this failure, to another"},
		{harness, "", store.Unknown, "the harness is at fault"},
	} {
		o, note := compare(f, c.now, c.fault)
		require.Equal(t, c.want, o)
		require.Contains(t, note, c.note)
	}
}

func TestAlike(t *testing.T) {
	of := func(kind battle.Kind, what string) *battle.Finding {
		return &battle.Finding{Failure: battle.Failure{Kind: kind, Func: what, Op: what, Message: what}}
	}
	for _, kind := range []battle.Kind{battle.Mismatch, battle.Panic, battle.Hang, battle.Death} {
		require.True(t, alike(of(kind, "a"), of(kind, "a")), kind)
		require.False(t, alike(of(kind, "a"), of(kind, "b")), kind)
	}
	require.True(t, alike(of(battle.Memory, "a"), of(battle.Memory, "b")))
	require.False(t, alike(of(battle.Hang, "a"), of(battle.Death, "a")))
}

func TestVerdictsOfYearsFit(t *testing.T) {
	var all []store.Verdict
	add := func(o store.Outcome, n int) {
		for range n {
			all = append(all, store.Verdict{Build: fmt.Sprint(len(all)), Outcome: o})
		}
	}
	add(store.Fails, 500)
	add(store.Passes, 500)
	add(store.Fails, 500)
	thinned := thin(all, 20)
	require.Len(t, thinned, 20)
	require.Equal(t, all[0], thinned[0], "where it was first seen")
	require.Equal(t, all[1499], thinned[19], "and what is so now")
	require.Equal(t, store.Regressed, store.StateOf(thinned))
	require.Len(t, all, 1500, "those who show it have it still")

	all = nil
	for range 50 { // it comes and goes
		add(store.Fails, 1)
		add(store.Passes, 1)
	}
	require.Len(t, thin(all, 20), 20)
	require.Equal(t, store.Resolved, store.StateOf(thin(all, 20)))
}

func TestARecordFits(t *testing.T) {
	f := &store.Finding{ID: "ring-1", Explanation: &explore.Explanation{Lines: make([]explore.Line, 1000)}}
	f.Found.Trace = []string{"read"}
	fit(f, 1<<20)
	require.Len(t, f.Explanation.Lines, 1000, "what fits stays")
	f.Found.Stack, f.Found.GoTest = strings.Repeat("s", 1<<20), strings.Repeat("g", 1<<20)
	fit(f, 1<<19)
	require.Less(t, len(f.Found.Stack), 1<<15)
	require.Empty(t, f.Found.GoTest)
	require.Len(t, f.Explanation.Lines, 1000)
	fit(f, 100_000)
	require.Len(t, f.Explanation.Lines, 100)
	f.Explanation.Points = make([]explore.Point, 10_000)
	fit(f, 100_000)
	require.Nil(t, f.Explanation)
	require.Contains(t, f.Unexplained, "does not fit")
	require.Equal(t, []string{"read"}, f.Found.Trace)
}

func TestSharesFollowWeightAndNews(t *testing.T) {
	arms := []store.Arm{{Target: "a", Engine: "explore"}, {Target: "a", Engine: "native"}, {Target: "b", Engine: "explore"}}
	weight := func(target string) float64 { return map[string]float64{"a": 1, "b": 2}[target] }
	even := shares(arms, weight)
	sum := 0.0
	for _, s := range even {
		sum += s
	}
	require.InDelta(t, 1, sum, 1e-9)
	require.InDelta(t, 2*even["a.explore"], even["b.explore"], 1e-9)
	arms[1].Gain, arms[1].Spent = 100, 60
	arms[0].Spent = 6000
	news := shares(arms, weight)
	require.Greater(t, news["a.native"], 4*even["a.native"]/2)
	require.Greater(t, news["a.explore"], 0.05, "who finds nothing has its floor")
	require.NotContains(t, shares(arms, func(string) float64 { return 0 }), "a.explore", "a weight of zero is out")
}

func TestAShiftKeepsToShares(t *testing.T) {
	s, count := newShift(), make(map[string]int)
	for range 1000 {
		count[s.next(map[string]float64{"a": 0.5, "b": 0.3, "c": 0.2}, 60)]++
	}
	require.InDelta(t, 500, count["a"], 2)
	require.InDelta(t, 300, count["b"], 2)
	require.InDelta(t, 200, count["c"], 2)
	late := 0
	for range 10 { // who comes late catches up with nobody
		if s.next(map[string]float64{"a": 0.5, "b": 0.3, "c": 0.1, "d": 0.1}, 60) == "d" {
			late++
		}
	}
	require.InDelta(t, 1, late, 1)
	require.Empty(t, s.next(nil, 60))
}

func TestAnEngineRestsLongerEachTime(t *testing.T) {
	require.Equal(t, 10*time.Second, rest(1))
	require.Equal(t, 20*time.Second, rest(2))
	require.Equal(t, time.Hour, rest(1000))
}

func TestTracesAreJudgedBeforeTheyRun(t *testing.T) {
	target := store.Target{Name: "ring", Ops: []battle.OpInfo{{Name: "read"}}}
	require.Empty(t, checkTrace(target, []string{"# a comment", "", "  read offset=3", `read text="ä<&"`}))
	for _, c := range []struct {
		lines []string
		want  string
	}{
		{[]string{"read", "drop table=all"}, `line 2 of its trace has an update "drop"`},
		{[]string{"read \x00"}, "line 1 of its trace is no text"},
		{[]string{"read\nread"}, "line 1 of its trace is no text"},
		{[]string{"read \xff"}, "line 1 of its trace is no text"},
		{[]string{"read " + strings.Repeat("x", 200_000)}, "a trace of more than 98304 bytes"},
	} {
		require.Contains(t, checkTrace(target, c.lines), c.want)
	}
}
