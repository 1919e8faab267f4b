package explore_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/explore"
	"battle.test/explore/probe"
)

func init() {
	battle.Register(explore.CoverName, func(h *battle.Hunt) {
		probe.Load([]probe.Block{{File: "m/walk.go", Line: 1, Last: 3}, {File: "m/walk.go", Line: 5, Last: 5}, {File: "m/walk.go", Line: 7, Last: 8}}, nil, nil, nil)
		explore.Cover(h)
	})
}

func footprintOf(t *testing.T, function, trace string) (battle.Answer, explore.Footprint) {
	t.Helper()
	answer := asked(t, function, battle.Request{Do: explore.CoverName, Trace: trace, Passing: true})
	require.Empty(t, answer.Error)
	var f explore.Footprint
	require.NoError(t, json.Unmarshal(answer.Report, &f))
	return answer, f
}

// Four times the first block, with all counts on the way there, and once the third.
func TestAFootprintIsAllThatTheRunShows(t *testing.T) {
	answer, f := footprintOf(t, "FuzzWalk", "pace; pace; swing; pace; pace")
	require.Nil(t, answer.Finding)
	require.Equal(t, explore.Footprint{
		Marks:  []explore.Mark{0, 1, 2, 3, 32},
		States: []explore.State{{Name: "home", K: 0}},
		Labels: []string{"swung"},
		Kinds:  []string{"pace", "swing"},
	}, f)
	require.Equal(t, 2, f.Marks[4].Block())
}

func TestAFootprintOfAFailureEndsThere(t *testing.T) {
	answer, f := footprintOf(t, "FuzzWalk", "pace; fall; swing")
	require.NotNil(t, answer.Finding)
	require.Equal(t, explore.Footprint{Marks: []explore.Mark{0}, Kinds: []string{"fall", "pace"}}, f)
}

// A fickle subject shows something in every other run, and something else in each.
type fickle struct{}

type Turnabout struct{}

var turnabouts uint64

func (*Turnabout) Apply(t *battle.T, _ *fickle) {
	turnabouts++
	if turnabouts%2 == 0 {
		t.Label("now and then")
	}
	t.Label("always")
	t.Reach("turn", turnabouts)
}

var fuzzFickle = battle.Fuzz[*fickle]

func FuzzFickle(f *testing.F) {
	fuzzFickle(f, battle.Target[*fickle]{
		Name: "fickle", New: func() *fickle { return nil }, Ops: battle.Ops(battle.Op[*Turnabout](1)), Attempts: 2,
	})
}

func TestOnlyWhatEachRunShowsIsTheTraces(t *testing.T) {
	_, f := footprintOf(t, "FuzzFickle", "turnabout")
	require.Equal(t, explore.Footprint{Labels: []string{"always"}, Kinds: []string{"turnabout"}}, f)
}
