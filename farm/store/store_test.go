package store_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"battle.test/farm/broker"
	"battle.test/farm/store"
)

// connect starts a server on a folder, and connects to it, until stop is called or the test
// ends.
func connect(t *testing.T, dir string) (js jetstream.JetStream, stop func()) {
	t.Helper()
	b, err := broker.Start(broker.Options{Dir: dir, Listen: "127.0.0.1:0", Log: func(string, ...any) {}})
	require.NoError(t, err)
	conn, err := b.Coordinator().Connect()
	require.NoError(t, err)
	stop = sync.OnceFunc(func() { conn.Close(); b.Stop() })
	t.Cleanup(stop)
	js, err = jetstream.New(conn)
	require.NoError(t, err)
	return js, stop
}

// start opens the store of a server on a folder.
func start(t *testing.T, dir string) (*store.Store, func()) {
	t.Helper()
	js, stop := connect(t, dir)
	s, err := store.Open(t.Context(), js, store.Options{})
	require.NoError(t, err)
	return s, stop
}

func TestARecordIsWrittenOverWhatWasRead(t *testing.T) {
	s, stop := start(t, t.TempDir())
	defer stop()
	one, err := s.Arms.Get(t.Context(), "ring.explore")
	require.NoError(t, err)
	require.Zero(t, one.Revision)
	other := one
	one.Value.Runs = 1
	require.NoError(t, s.Arms.Put(t.Context(), &one))
	require.ErrorIs(t, s.Arms.Put(t.Context(), &other), store.ErrChanged, "it is there by now")
	again, err := s.Arms.Get(t.Context(), "ring.explore")
	require.NoError(t, err)
	require.Equal(t, one, again)
	again.Value.Runs = 2
	require.NoError(t, s.Arms.Put(t.Context(), &again))
	one.Value.Runs = 3
	require.ErrorIs(t, s.Arms.Put(t.Context(), &one), store.ErrChanged)
	require.NoError(t, s.Arms.Delete(t.Context(), "ring.explore"))
	gone, err := s.Arms.Get(t.Context(), "ring.explore")
	require.NoError(t, err)
	require.Zero(t, gone.Revision)
	require.NoError(t, s.Arms.Put(t.Context(), &gone), "what was deleted can be made again")
}

func TestStateOutlivesTheServer(t *testing.T) {
	dir := t.TempDir()
	s, stop := start(t, dir)
	for i := range 3 {
		row := store.Row[store.Entry]{Key: store.EntryKey("ring", fmt.Sprint(i)), Value: store.Entry{Trace: fmt.Sprint(i)}}
		require.NoError(t, s.Corpus.Put(t.Context(), &row))
		require.NoError(t, s.AddSample(t.Context(), store.Sample{Target: "ring", Updates: uint64(i)}))
	}
	require.NoError(t, s.PutSource(t.Context(), "r1", []byte("archive")))
	stop()

	s, stop = start(t, dir)
	defer stop()
	all, err := s.Corpus.All(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 3)
	require.Equal(t, "0", all[0].Value.Trace)
	few := 0
	require.NoError(t, s.Corpus.Each(t.Context(), "ring.*", func(store.Row[store.Entry]) bool { few++; return few < 2 }))
	require.Equal(t, 2, few)
	samples, err := s.Samples(t.Context())
	require.NoError(t, err)
	require.Len(t, samples, 3)
	require.Equal(t, uint64(2), samples[2].Updates)
	source, err := s.Source(t.Context(), "r1")
	require.NoError(t, err)
	require.Equal(t, "archive", string(source))
	there, err := s.KeepSources(t.Context(), []string{"r1", "r2"})
	require.NoError(t, err)
	require.Equal(t, []string{"r1"}, there)
	for range 2 {
		there, err = s.KeepSources(t.Context(), []string{"r2"})
		require.NoError(t, err)
		require.Empty(t, there)
	}
	_, err = s.Source(t.Context(), "r1")
	require.Error(t, err)
	none, err := s.Builds.All(t.Context())
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestKeysAreTraceable(t *testing.T) {
	require.Equal(t, "ring", store.Key("ring"))
	require.NotEqual(t, store.Key("a.b"), store.Key("a b"))
	require.Regexp(t, `^=[0-9a-f]{24}$`, store.Key("a.b"))
	require.Regexp(t, `^ring\.[0-9a-f]{32}$`, store.EntryKey("ring", "read\n"))
}

func TestStateOfAFinding(t *testing.T) {
	for want, outcomes := range map[store.State][][]store.Outcome{
		store.New:       {{store.Fails}, {store.Unknown, store.Fails}, {store.Fails, store.Hidden, store.Unknown}, {store.Passes, store.Fails}},
		store.Ongoing:   {{store.Fails, store.Fails}, {store.Fails, store.Unknown, store.Fails, store.Hidden}},
		store.Resolved:  {{store.Fails, store.Passes}, {store.Fails, store.Passes, store.Unknown}, {store.Fails, store.Passes, store.Fails, store.Passes}},
		store.Regressed: {{store.Fails, store.Passes, store.Fails}, {store.Fails, store.Passes, store.Fails, store.Fails}},
	} {
		for _, all := range outcomes {
			var verdicts []store.Verdict
			for _, o := range all {
				verdicts = append(verdicts, store.Verdict{Outcome: o})
			}
			require.Equal(t, want, store.StateOf(verdicts), "%v", all)
		}
	}
	require.False(t, store.Resolved.Open())
	f := store.Finding{ID: "ring-1", Aliases: []string{"ring-2"}, Verdicts: []store.Verdict{{Build: "b", Outcome: store.Passes}}}
	require.True(t, f.Knows("ring-2") && f.Knows("ring-1") && !f.Knows("ring-3"))
	require.Equal(t, store.Passes, f.At("b").Outcome)
	require.Nil(t, f.At("c"))
}
