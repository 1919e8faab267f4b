package skew

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// TestReleasesLiveInOneBus runs the traces: the bus keeps its guarantees whoever runs what, and
// what hosts of the two releases got from each other is of all kinds.
func TestReleasesLiveInOneBus(t *testing.T) {
	traces, err := filepath.Glob("testdata/*.trace")
	require.NoError(t, err)
	require.NotEmpty(t, traces)
	tally := Tally{}
	for _, name := range traces {
		trace, err := os.ReadFile(name)
		require.NoError(t, err)
		t.Run(filepath.Base(name), func(t *testing.T) { battle.ReplayTrace(t, Skew(tally), string(trace)) })
	}
	require.Empty(t, tally.missing(), "too little was exchanged")
}

// TestNothingExchangedIsTooLittle: a run of one release alone proves nothing, and says so.
func TestNothingExchangedIsTooLittle(t *testing.T) {
	tally := Tally{}
	b := newBus(New2, tally)
	(&Message{Count: 4}).Apply(nil, b)
	b.net.RunFor(settlesWithin)
	require.NoError(t, b.wrong)
	require.Empty(t, b.model.Behind())
	require.Empty(t, tally)
	require.Len(t, tally.missing(), 2*(2+6+20)+1)
	require.Contains(t, tally.missing(), "packet stream of version 2: 0 from the previous release to this tree, want at least 3")
}
