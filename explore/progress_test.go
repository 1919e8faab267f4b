package explore_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/explore"
	"battle.test/explore/probe"
)

func init() { battle.Register("known", explore.Known) }

// A walk goes one way, and back after a swing. Its blocks of code are those that the engine
// Known loads, and it counts all that it is made to do.
type walk struct{ cell, way int }

type Pace struct{}
type Swing struct{}
type Fall struct{}

func (*Pace) Apply(t *battle.T, w *walk) {
	explore.Walked.Pace++
	probe.Counters[0]++
	w.cell += w.way
	switch w.cell {
	case 2:
		probe.Counters[2]++
	case 0:
		t.Reach("home", 0)
	}
}

func (*Swing) Apply(t *battle.T, w *walk) {
	explore.Walked.Swing++
	w.way = -1
	t.Label("swung")
}

func (*Fall) Apply(t *battle.T, _ *walk) {
	explore.Walked.Fall++
	if broken {
		t.FailNow()
	}
}

var fuzzWalk = battle.Fuzz[*walk]

func FuzzWalk(f *testing.F) {
	fuzzWalk(f, battle.Target[*walk]{
		Name: "walk",
		New:  func() *walk { explore.Walked.Runs++; return &walk{way: 1} },
		Ops:  battle.Ops(battle.Op[*Pace](1), battle.Op[*Swing](1), battle.Op[*Fall](1)),
	})
}

// What Known does is three runs with news or without, two that are run once more because of
// news, and one that fails without returning. Each figure here was counted by hand.
func TestTheReportIsWhatHappened(t *testing.T) {
	o := huntWith(t, "known", "FuzzWalk", "1")
	require.Empty(t, o.findings)

	document, err := json.Marshal(o.stats.Progress)
	require.NoError(t, err)
	early := explore.Progress{}
	require.NoError(t, json.Unmarshal(document, &struct{ Walked, Early any }{&explore.Walked, &early}))
	own := explore.Walked
	require.Equal(t, uint64(6), own.Runs)
	require.Equal(t, own.Runs, o.stats.Runs)
	require.Equal(t, []battle.OpStats{{Name: "pace", Count: own.Pace}, {Name: "swing", Count: own.Swing}, {Name: "fall", Count: 1}}, o.stats.Ops)
	require.Equal(t, own.Pace+own.Swing+own.Fall, o.stats.Updates)
	require.Equal(t, []battle.LabelStat{{Name: "swung", Runs: 6, Hits: own.Swing}}, o.stats.Labels)

	p := o.progress
	require.Equal(t, 3, p.Bursts)
	require.Equal(t, 5, p.Moments)
	require.Equal(t, 7, p.Traits, "one to four paces, a block at cell 2, a label, a state")
	require.InDelta(t, 7.0/3, p.Expected, 1e-9)
	require.Equal(t, 3, p.Recent.Bursts)
	require.Equal(t, 2, p.Recent.News)
	require.InDelta(t, 0.208, p.Recent.Low, 0.001)
	require.InDelta(t, 0.939, p.Recent.High, 0.001)

	require.Equal(t, []explore.FileCoverage{{File: "m/walk.go", Blocks: 4, Covered: 2}}, p.Files)
	require.Equal(t, 4, p.Blocks)
	require.Equal(t, 2, p.Covered)
	require.Equal(t, []string{"m/walk.go:5-5", "m/walk.go:11-12"}, p.Unreached)

	require.Equal(t, [][]uint64{
		{2, 1, 1}, // pace, then pace, swing, fall
		{2, 1, 0}, // swing
		{0, 0, 0}, // fall
	}, p.Followed)

	require.Zero(t, early.Doomed+len(early.DoomedPlaces))
	require.Equal(t, p.Files, early.Files, "a hunt may be interrupted")
	require.Equal(t, p.Unreached, early.Unreached)
	require.Equal(t, p.Followed, early.Followed)

	require.Equal(t, 4, p.Doomed)
	require.Equal(t, []explore.DoomedPlace{
		{Shows: "m/walk.go:1-3", Update: "pace", Moments: 2, Bursts: 817, Depth: 2, Spent: 410, Trace: []string{"pace", "pace"}},
		{Shows: "label swung", Update: "swing", Moments: 1, Bursts: 402, Depth: 3, Spent: 402, Trace: []string{"pace", "pace", "swing"}},
		{Shows: "state home", Update: "pace", Moments: 1, Bursts: 401, Depth: 5, Spent: 401, Trace: []string{"pace", "pace", "swing", "pace", "pace"}},
	}, p.DoomedPlaces)
}
