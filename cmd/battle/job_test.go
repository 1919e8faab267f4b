package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/explore"
)

// An engine that ran nothing is not done: its row says so, and a line below the table why.
func TestAnEngineThatRanNothingSaysWhy(t *testing.T) {
	for _, c := range []struct {
		slice time.Duration
		ago   time.Duration // since the job began
		note  string
	}{
		{time.Second / 10, 0, "native in ring: ran nothing: its 0.1 s of the budget are too short to start a process for"},
		{2 * time.Second, time.Hour, "native in ring: ran nothing: its 2 s went by before its first update"},
		{10 * time.Hour, time.Hour, "native in ring: ran nothing: its process ended with "},
	} {
		j := finished(t, "ring", native{}, battle.Stats{})
		j.slice, j.started = c.slice, time.Now().Add(-c.ago)
		require.Equal(t, "ran nothing", j.outcome())
		require.Contains(t, j.note, c.note)
	}
	ran := finished(t, "ring", native{}, battle.Stats{Updates: 1})
	require.Equal(t, "done", ran.outcome())
	ran.fail("no binary")
	require.Equal(t, "at fault", ran.outcome())
	require.Empty(t, ran.note)

	died := finished(t, "ring", native{}, battle.Stats{}) // before it could report
	_, err := findingOf("native", "a").Write(filepath.Join(died.dir, "findings"))
	require.NoError(t, err)
	require.Equal(t, "done", died.outcome())
}

// A worker that was not needed any more takes nothing from its crew.
func TestACrewRanSomethingIfOneOfItDid(t *testing.T) {
	three := crewOf(t, 3, explorer{})
	three[0].state, three[1].state, three[2].state = "ran nothing", "done", "ran nothing"
	require.Equal(t, "done", three.row().State)
	three[2].state = "at fault"
	require.Equal(t, "at fault", three.row().State)
	_, err := findingOf("explore", "a").Write(filepath.Join(three[1].dir, "findings"))
	require.NoError(t, err)
	three[0].slice = time.Hour
	require.Equal(t, "done", three[0].outcome())
}

// A process that was started again knows nothing yet; what the one before had found out is
// the job's all the same.
func TestAProcessAddsToWhatTheOneBeforeHasFoundOut(t *testing.T) {
	j := finished(t, "ring", explorer{}, battle.Stats{Engine: explore.Name, Progress: explore.Progress{Bursts: 700, Traits: 9, Moments: 5}})
	document, err := json.Marshal(battle.Stats{Engine: explore.Name, Progress: explore.Progress{}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(j.dir, "stats", "2.json"), document, 0o644))
	p, ok := progressOf(j.stats())
	require.True(t, ok)
	require.Equal(t, explore.Progress{Bursts: 700, Traits: 9, Moments: 5}, p)
}

// Of a slice of CPU time, our own engines count it themselves. The command lets them have as
// much time of the clock as a machine that is busy may take.
func TestAnEngineCountsCPUTimeItself(t *testing.T) {
	for _, c := range []struct {
		engine engine
		inCPU  bool
		hours  int // that its process may live
		orders bool
	}{
		{explorer{}, true, 100, true},
		{rapidEngine{}, true, 100, true},
		{control{}, true, 100, true},
		{explorer{}, false, 10, false},
		{native{}, true, 10, false},
		{gofuzz{}, true, 10, false},
	} {
		j := &job{engine: c.engine, inCPU: c.inCPU, slice: 10 * time.Hour, started: time.Now()}
		require.Equal(t, c.orders, slices.Contains(j.orders(), battle.EnvClock+"=cpu"), c)
		require.InDelta(t, c.hours, j.life().Hours(), 1, c)
	}
}

func TestAProcessThatStartsLateHasABudget(t *testing.T) {
	j := &job{engine: rapidEngine{}, slice: time.Second, started: time.Now().Add(-time.Hour)}
	require.Contains(t, j.orders(), battle.EnvBudget+"=200ms")
}
