package main

import (
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"battle.test/farm/puppet"
	"battle.test/farm/store"
)

// TestNothingIsLost kills the processes of a farm at random moments, as kill -9 does. All that
// engines found is there in the end, and once. make farm-kills kills more of them.
func TestNothingIsLost(t *testing.T) {
	for name, separate := range map[string]bool{"NATS in the coordinator": false, "NATS on its own": true} {
		t.Run(name, func(t *testing.T) {
			tr := gather(t, separate)
			tr.commit("begun", 7, 20)
			tr.begin()
			s, js := tr.connect()
			dice := rand.New(rand.NewPCG(uint64(*kills), uint64(time.Now().UnixNano())))
			for i := range *kills / 2 {
				if i%5 == 0 {
					tr.work()
				}
				// Half of the moments are close to the last one: while all are starting.
				time.Sleep(time.Duration(dice.Int64N(int64([]time.Duration{300 * time.Millisecond, 2 * time.Second}[i%2]))))
				tr.alive()
				p := tr.players[dice.IntN(len(tr.players))]
				t.Logf("kill %d: %s", i+1, p.name)
				p.kill()
				require.NoError(t, p.start())
				if i%5 == 4 { // the line of the failure moves, or it is gone for a while
					tr.commit("changed", []int{7, 0, 9}[i/5%3], 20)
				}
			}
			last := tr.commit("mended", 0, 0)
			tr.settle(s, js, last)
			tr.compare(s)
		})
	}
}

// work waits until engines find something again.
func (tr *troupe) work() {
	tr.t.Helper()
	before, err := puppet.Ledger(tr.ledger)
	require.NoError(tr.t, err)
	for now := before; len(now) <= len(before)+4; {
		tr.alive()
		time.Sleep(50 * time.Millisecond)
		now, err = puppet.Ledger(tr.ledger)
		require.NoError(tr.t, err)
		require.NoError(tr.t, tr.t.Context().Err())
	}
}

// commit makes the subject have its bugs at a line, or none at line 0, and engines share so many
// traces in a hunt.
func (tr *troupe) commit(message string, line, rounds int) (revision string) {
	tr.t.Helper()
	s := puppet.Subject{Ledger: tr.ledger}
	for _, name := range []string{"ring", "queue"} {
		target := puppet.Target{Name: name, Ops: []string{"restart", "read", "write"}, Rounds: rounds, Pause: 20}
		if line > 0 {
			target.Bugs = []puppet.Bug{{Name: name + "-tip", Needs: []string{"restart", "read"}, Line: line}, {Name: name + "-gap", Needs: []string{"write", "restart", "write"}, Line: 2 * line}}
		}
		s.Targets = append(s.Targets, target)
	}
	revision, err := tr.repository.Commit(s, message)
	require.NoError(tr.t, err)
	return revision
}

// settle waits until all that is left anywhere has been handed in and looked at.
func (tr *troupe) settle(s *store.Store, js jetstream.JetStream, last string) {
	tr.t.Helper()
	for !tr.settled(s, js, last) {
		tr.alive()
		time.Sleep(200 * time.Millisecond)
		require.NoError(tr.t, tr.t.Context().Err())
	}
}

func (tr *troupe) settled(s *store.Store, js jetstream.JetStream, last string) bool {
	build, err := s.Builds.Get(tr.t.Context(), last)
	if err != nil || build.Revision == 0 {
		return false
	}
	for _, left := range []string{"shared/*/*.trace", "items/*/findings/*.json"} {
		files, err := filepath.Glob(filepath.Join(tr.folder("worker-*"), left))
		require.NoError(tr.t, err)
		if len(files) > 0 {
			return false
		}
	}
	intake, err := js.Stream(tr.t.Context(), "FARM_intake")
	if err != nil {
		return false
	}
	info, err := intake.Info(tr.t.Context(), jetstream.WithSubjectFilter("farm.intake.>"))
	if err != nil || info.State.Subjects["farm.intake.finding"]+info.State.Subjects["farm.intake.entry"] > 0 {
		return false
	}
	findings, err := s.Findings.All(tr.t.Context())
	if err != nil {
		return false
	}
	for _, row := range findings {
		if f := row.Value; f.At(last) == nil || f.Bisection == nil || !f.Bisection.Done {
			return false
		}
	}
	return true
}

// compare compares what the farm has with what engines found.
func (tr *troupe) compare(s *store.Store) {
	t := tr.t
	t.Helper()
	ledger, err := puppet.Ledger(tr.ledger)
	require.NoError(t, err)
	entries := make(map[string]bool)
	require.NoError(t, s.Corpus.Each(t.Context(), ">", func(row store.Row[store.Entry]) bool { entries[row.Key] = true; return true }))
	filed := make(map[string]int)
	findings, err := s.Findings.All(t.Context())
	require.NoError(t, err)
	for _, row := range findings {
		filed[row.Value.Found.Message]++
		require.Equal(t, store.Resolved, row.Value.State, row.Key)
	}
	updates := uint64(0)
	for find, times := range ledger {
		switch find.Kind {
		case "entry":
			require.Contains(t, entries, store.Key(find.Target)+"."+find.What, "a trace was lost")
			updates += 10 * uint64(times)
		case "finding":
			require.Equal(t, 1, filed[find.What], "%s was filed as often", find.What)
		}
	}
	require.NotEmpty(t, entries)
	require.Len(t, filed, 4)
	arms, err := s.Arms.All(t.Context())
	require.NoError(t, err)
	counted := uint64(0)
	for _, row := range arms {
		counted += row.Value.Updates
	}
	require.LessOrEqual(t, counted, updates, "a report was counted twice")
	t.Logf("%d traces, %d findings, %d of %d updates reported", len(entries), len(findings), counted, updates)
}
