package explore_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// A relay is a race that is lost once in many times, and only by the runners that its corpus
// names: nothing but doing that again finds it.
type relay struct{}

// Run is a race.
type Run struct {
	Runner uint64
}

var relays int

func (u *Run) Apply(t *battle.T, _ relay) {
	if u.Runner != 0xFEEDFACECAFE {
		return
	}
	if relays++; relays >= 40 {
		t.Errorf("the baton fell")
	}
}

var fuzzRelay = battle.Fuzz[relay]

func FuzzRelay(f *testing.F) {
	fuzzRelay(f, battle.Target[relay]{
		Name: "relay", New: func() relay { return relay{} }, Ops: battle.Ops(battle.Op[*Run](1)), Attempts: 2,
		Corpus: fstest.MapFS{"relay/seeds/team.trace": {Data: []byte("run runner=280298068560638\n")}},
	})
}

func TestWhatHasPassedIsDoneAgain(t *testing.T) {
	o := hunt(t, "FuzzRelay", "1")
	require.Len(t, o.findings, 1)
	require.Contains(t, o.findings[0].Trace[0], "runner=280298068560638")
}
