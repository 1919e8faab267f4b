package coordinator

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"battle.test/farm/driver"
	"battle.test/farm/puppet"
	"battle.test/farm/store"
	"battle.test/farm/work"
)

// TestWhatNoLongerFitsIsSetAside takes a field from an update, and gives it back.
func TestWhatNoLongerFitsIsSetAside(t *testing.T) {
	b := begin(t, nil)
	b.until(func() bool { return b.c.Overview().Build != nil })
	for _, trace := range []string{"step\n", "read offset=3\n", "read length=9\n"} {
		require.NoError(t, b.queue.Enter(t.Context(), work.Entry{Source: b.source(), Trace: trace}))
	}
	unfit := func() int { return b.c.Corpora()[0].Unfit }
	b.until(func() bool { return b.c.Overview().Entries == 3 })
	require.Zero(t, unfit())

	narrower := ring
	narrower.Targets = slices.Clone(ring.Targets)
	narrower.Targets[0].Unfit = []string{"offset"}
	_, err := b.repository.Commit(narrower, "no offset")
	require.NoError(t, err)
	b.until(func() bool { return unfit() == 1 })
	e, there, err := b.c.Entry(t.Context(), "ring", store.TraceHash("read offset=3\n"))
	require.NoError(t, err)
	require.True(t, there)
	require.Equal(t, `unknown field "offset"`, e.Unfit)
	require.Equal(t, 3, b.c.Overview().Entries)

	_, err = b.repository.Commit(ring, "offset again")
	require.NoError(t, err)
	b.until(func() bool { return unfit() == 0 })
	e, _, err = b.c.Entry(t.Context(), "ring", store.TraceHash("read offset=3\n"))
	require.NoError(t, err)
	require.Empty(t, e.Unfit)
}

func TestAReasonIsBrief(t *testing.T) {
	require.Equal(t, "1:21: unknown field", brief("1:21: unknown field"))
	long := brief("1:5: got " + strings.Repeat("ä", 40_000))
	require.Less(t, len(long), 210)
	require.True(t, utf8.ValidString(long))
	require.True(t, strings.HasSuffix(long, "ä…"))
}

// A fragile command can't be asked about traces of which one is poison.
type fragile struct{ driver.Battle }

func (f fragile) Fits(ctx context.Context, tree, target string, traces []string) ([]string, error) {
	if slices.Contains(traces, "step poison=1\n") {
		return nil, &driver.Fault{Args: []string{"corpus"}, Said: "battle: it crashed"}
	}
	return f.Battle.Fits(ctx, tree, target, traces)
}

func TestATraceThatCantBeAskedAboutKeepsNoOtherOut(t *testing.T) {
	b := begin(t, nil)
	b.until(func() bool { return b.c.Overview().Build != nil })
	b.c.desk.Lock()
	b.c.Battle = fragile{puppet.Battle{}}
	b.c.desk.Unlock()
	traces := []string{}
	for i := range 9 {
		traces = append(traces, fmt.Sprintf("step n=%d\n", i))
	}
	traces[5] = "step poison=1\n"
	why, err := b.c.fits(t.Context(), b.revision, "ring", traces)
	require.NoError(t, err)
	for i := range why {
		require.Equal(t, i == 5, why[i] != "", "%d: %s", i, why[i])
	}
	require.Contains(t, why[5], "it crashed")
}
