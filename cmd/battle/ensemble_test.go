package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/explore"
)

// ensembleOf is an ensemble of three engines that nobody has set to work.
func ensembleOf(t *testing.T, like *job, workers int) *ensemble {
	t.Helper()
	return assembled(t, []engine{explorer{}, native{}, rapidEngine{}}, like, workers)
}

// assembled is an ensemble of engines that nobody has set to work.
func assembled(t *testing.T, of []engine, like *job, workers int) *ensemble {
	t.Helper()
	like.target.Name, like.target.dir = "ring", t.TempDir()
	e, err := together{engines: of}.assemble(&workshop{temp: t.TempDir()}, like, workers)
	require.NoError(t, err)
	e.started = time.Now()
	return e
}

// The budget is that of all together, and what the relay takes is in it.
func TestAnEnsembleHasOneBudget(t *testing.T) {
	e := ensembleOf(t, &job{inCPU: true, slice: 10 * time.Second}, 2)
	require.Len(t, e.jobs(), 4)
	require.Equal(t, e.parts[0].jobs[0].shared, e.parts[0].jobs[1].shared)
	for _, j := range e.jobs() {
		j.cpu = 2 * time.Second
	}
	e.relay.meter.cpu.Store(int64(time.Second))
	require.Equal(t, time.Second, e.left())
}

// The first find of one ends all, and is credited to who had it first, once.
func TestAFindOfOneIsThatOfTheEnsemble(t *testing.T) {
	e := ensembleOf(t, &job{stopFirst: true}, 1)
	require.False(t, e.parts[0].jobs[0].satisfied())
	for _, p := range []*part{e.parts[2], e.parts[1]} {
		_, err := findingOf(p.engine.name(), "a").Write(filepath.Join(p.jobs[0].dir, "findings"))
		require.NoError(t, err)
		e.credit()
	}
	for _, j := range e.jobs() {
		require.True(t, j.satisfied(), j.engine.name())
	}
	require.Equal(t, []int{0, 0, 1}, []int{e.contribution(e.parts[0]).First, e.contribution(e.parts[1]).First, e.contribution(e.parts[2]).First})
}

// A job that stands for an ensemble has the findings and the statistics of all its parts.
func TestAJobCanStandForAnEnsemble(t *testing.T) {
	e := ensembleOf(t, &job{}, 1)
	whole := &job{engine: together{}, target: e.target, ensemble: e}
	require.Empty(t, whole.findings())
	for _, p := range e.parts {
		dir := filepath.Join(p.jobs[0].dir, "stats")
		require.NoError(t, os.MkdirAll(dir, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "ring-1.json"), []byte(`{"updates": 7, "cpu": 1.5}`), 0o644))
	}
	_, err := findingOf("native", "a").Write(filepath.Join(e.parts[1].jobs[0].dir, "findings"))
	require.NoError(t, err)
	require.Len(t, whole.findings(), 1)
	require.Equal(t, uint64(21), whole.stats().Updates)
	require.Equal(t, battle.Duration(4500*time.Millisecond), whole.stats().CPU)
}

// A budget is divided by the ensembles, each of which has two cores for a worker.
func TestEnsemblesDivideTheBudget(t *testing.T) {
	for _, c := range []struct {
		cores, workers int
		inCPU          bool
		atOnce         int
		each           time.Duration
		lanes          int
	}{
		{1, 1, false, 1, 30 * time.Second, 1},
		{2, 1, false, 1, 30 * time.Second, 2},
		{4, 1, false, 2, time.Minute, 2},
		{16, 1, false, 2, time.Minute, 2},
		{4, 2, false, 1, 30 * time.Second, 4},
		{1, 1, true, 1, 30 * time.Second, 1},
		{2, 1, true, 1, time.Minute, 2},
		{16, 1, true, 2, 2 * time.Minute, 2},
	} {
		command := &huntCommand{Budget: time.Minute, Workers: c.workers, CPU: c.inCPU}
		h := &hunt{cores: c.cores}
		for range 2 {
			h.jobs = append(h.jobs, ensembleOf(t, &job{inCPU: c.inCPU}, c.workers).jobs()...)
		}
		h.share(command)
		require.Equal(t, c.atOnce, h.cores, c)
		for _, j := range h.leads() {
			require.Equal(t, explore.Name, j.engine.name())
			require.Equal(t, c.each, j.ensemble.slice, c)
			require.Equal(t, c.lanes, j.ensemble.lanes, c)
		}
	}
}

func TestAllIsThoseThatAreInstalled(t *testing.T) {
	picked, skipped, err := pickEngines(t.TempDir(), benched, []string{"rapid", togetherName})
	require.NoError(t, err)
	require.Len(t, picked, 2)
	require.Equal(t, "rapid", picked[0].name())
	all := picked[1].(together)
	require.Equal(t, len(engines), len(all.engines)+len(skipped))
	_, _, err = pickEngines(t.TempDir(), engines, []string{"nosuch", togetherName})
	require.ErrorContains(t, err, "no engine \"nosuch\"")
}
