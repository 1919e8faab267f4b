package worker

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/farm/puppet"
	"battle.test/farm/store"
)

// holding is a worker that has entries of ring, each found a second after the one before.
func holding(t *testing.T, entries ...store.Entry) *Worker {
	t.Helper()
	w := New(Options{Dir: t.TempDir()}, nil, nil)
	for i, e := range entries {
		e.Target, e.Found = "ring", time.Unix(int64(i), 0)
		require.NoError(t, w.corpus.take(store.Row[store.Entry]{Key: store.EntryKey("ring", e.Trace), Value: e}))
	}
	return w
}

// counting counts how many traces are asked about.
type counting struct {
	puppet.Battle
	asked int
}

func (c *counting) Fits(ctx context.Context, tree, target string, traces []string) ([]string, error) {
	c.asked += len(traces)
	return c.Battle.Fits(ctx, tree, target, traces)
}

func TestAHuntBeginsWithoutWhatDoesNotFit(t *testing.T) {
	tree := t.TempDir()
	repository, err := puppet.Init(tree)
	require.NoError(t, err)
	_, err = repository.Commit(puppet.Subject{Targets: []puppet.Target{{Name: "ring", Unfit: []string{"gone"}}}}, "a subject")
	require.NoError(t, err)
	w := holding(t, store.Entry{Trace: "step gone=1\n"}, store.Entry{Trace: "step\n"})
	battle := &counting{}
	w.Battle = battle
	target := store.Target{Name: "ring", Fitted: "another"}
	for range 2 {
		seeds, err := w.fitting(t.Context(), target, "this", tree)
		require.NoError(t, err)
		require.Equal(t, []string{store.TraceHash("step\n")}, seeds)
		require.Equal(t, 2, battle.asked, "each is asked about once")
	}
	_, err = w.fitting(t.Context(), target, "the next", tree)
	require.NoError(t, err)
	require.Equal(t, 4, battle.asked)

	target.Fitted = "this"
	seeds, err := w.fitting(t.Context(), target, "this", tree)
	require.NoError(t, err)
	require.Len(t, seeds, 2, "what the farm compared is not asked about again")
	aside := store.Entry{Target: "ring", Trace: "step gone=1\n", Unfit: "unknown field"}
	require.NoError(t, w.corpus.take(store.Row[store.Entry]{Key: store.EntryKey("ring", aside.Trace), Value: aside}))
	seeds, err = w.fitting(t.Context(), target, "this", tree)
	require.NoError(t, err)
	require.Equal(t, []string{store.TraceHash("step\n")}, seeds, "what it set aside is no seed")
}
