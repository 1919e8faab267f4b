package farm_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"battle.test/farm/broker"
	"battle.test/farm/coordinator"
	"battle.test/farm/puppet"
	"battle.test/farm/store"
	"battle.test/farm/tree"
	"battle.test/farm/work"
	"battle.test/farm/worker"
)

// A farm is a coordinator and a worker in this process, and the repository that they follow.
type farm struct {
	t          *testing.T
	repository puppet.Repository
	shown      *coordinator.Coordinator
	store      *store.Store
}

// begin starts a farm for a repository.
func begin(t *testing.T, repository puppet.Repository) *farm {
	t.Helper()
	dir := t.TempDir()
	b, err := broker.Start(broker.Options{Dir: dir, Listen: "127.0.0.1:0", Log: t.Logf})
	require.NoError(t, err)
	t.Cleanup(b.Stop)
	js := connect(t, b.Coordinator())
	s, err := store.Open(t.Context(), js, store.Options{})
	require.NoError(t, err)
	q, err := work.Open(t.Context(), js, 1)
	require.NoError(t, err)
	c, err := coordinator.New(t.Context(), coordinator.Options{
		Checkout: tree.Checkout{Dir: repository.Dir}, Dir: filepath.Join(dir, "sources"), Battle: puppet.Battle{}, Poll: 50 * time.Millisecond, Log: t.Logf,
	}, s, q)
	require.NoError(t, err)

	js = connect(t, b.Worker())
	joined, err := store.Join(t.Context(), js)
	require.NoError(t, err)
	items, err := work.Join(t.Context(), js)
	require.NoError(t, err)
	w := worker.New(worker.Options{Name: "ada-1", Dir: filepath.Join(dir, "worker"), Battle: puppet.Battle{}, Log: t.Logf}, joined, items)
	for _, run := range []func(){func() { _ = c.Run(t.Context()) }, func() { _ = w.Run(t.Context()) }} {
		done := make(chan struct{})
		go func() { defer close(done); run() }()
		t.Cleanup(func() { <-done })
	}
	return &farm{t, repository, c, s}
}

func connect(t *testing.T, a broker.Access) jetstream.JetStream {
	t.Helper()
	conn, err := a.Connect()
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	require.NoError(t, err)
	return js
}

// until waits until what the farm shows is as it should be.
func (f *farm) until(met func() bool) {
	f.t.Helper()
	for {
		_, next := f.shown.Changed()
		if met() {
			return
		}
		select {
		case <-next:
		case <-f.t.Context().Done():
			require.NoError(f.t, f.t.Context().Err())
		}
	}
}

// commit makes a commit, and waits for its verdict on the only finding.
func (f *farm) commit(s puppet.Subject, message string) store.Finding {
	f.t.Helper()
	revision := commit(f.t, f.repository, s, message)
	var now store.Finding
	f.until(func() bool {
		all := f.shown.Findings()
		if len(all) == 0 {
			return false
		}
		now, _ = f.shown.Finding(all[0].ID)
		return now.At(revision) != nil
	})
	require.Len(f.t, f.shown.Findings(), 1, "it is filed once")
	return now
}

func commit(t *testing.T, r puppet.Repository, s puppet.Subject, message string) string {
	t.Helper()
	revision, err := r.Commit(s, message)
	require.NoError(t, err)
	return revision
}

// subject is a target with a bug at a line, or without one at line 0.
func subject(line int) puppet.Subject {
	ring := puppet.Target{Name: "ring", Ops: []string{"restart", "read"}, Rounds: 3, Pause: 1}
	if line > 0 {
		ring.Bugs = []puppet.Bug{{Name: "tip", Needs: []string{"restart", "read"}, Line: line}}
	}
	return puppet.Subject{Targets: []puppet.Target{ring}}
}

func TestTheStoryOfAFinding(t *testing.T) {
	repository, err := puppet.Init(t.TempDir())
	require.NoError(t, err)
	commit(t, repository, subject(0), "ring: begun")
	good := commit(t, repository, subject(0), "ring: documented")
	bad := commit(t, repository, subject(7), "ring: made faster")
	head := commit(t, repository, subject(7), "ring: renamed")
	f := begin(t, repository)

	var found store.Finding
	f.until(func() bool {
		if all := f.shown.Findings(); len(all) == 1 {
			found, _ = f.shown.Finding(all[0].ID)
		}
		return found.Explanation != nil && found.Bisection != nil && found.Bisection.Done
	})
	require.Equal(t, store.New, found.State)
	require.Equal(t, []string{"restart", "read"}, found.Found.Trace, "the coordinator minimised it")
	require.Equal(t, "explore", found.Engine)
	require.Equal(t, "ada-1", found.Worker)
	require.Equal(t, head, found.Build)
	require.Equal(t, bad, found.Bisection.Bad)
	require.Equal(t, good, found.Bisection.Good)
	require.Equal(t, "ring: made faster", found.Bisection.Subject)
	require.Equal(t, 2, found.Explanation.Culprit.Update)
	f.until(func() bool { return f.shown.Overview().Entries >= 6 }) // of two hunts

	now := f.commit(subject(9), "ring: a comment above it")
	require.Equal(t, store.Ongoing, now.State)
	require.Equal(t, found.ID, now.ID)
	require.Len(t, now.Aliases, 1, "its line has moved")
	require.Equal(t, bad, now.Bisection.Bad)

	now = f.commit(subject(0), "ring: mended")
	require.Equal(t, store.Resolved, now.State)
	require.Equal(t, 1, f.shown.Overview().States[store.Resolved])

	now = f.commit(subject(9), "Revert: ring: mended")
	require.Equal(t, store.Regressed, now.State)
	require.Equal(t, found.ID, now.ID)
	require.Empty(t, f.shown.Refused())
}
