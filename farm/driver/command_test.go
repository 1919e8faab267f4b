package driver_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/farm/driver"
	"battle.test/farm/puppet"
)

func TestMain(m *testing.M) {
	if puppet.Name() == "battle" {
		os.Exit(puppet.Main(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// stage is a command, and a tree with a subject for it.
func stage(t *testing.T, s puppet.Subject) (c driver.Command, tree string) {
	t.Helper()
	path, err := puppet.Install(t.TempDir(), "battle")
	require.NoError(t, err)
	tree = t.TempDir()
	repository, err := puppet.Init(tree)
	require.NoError(t, err)
	_, err = repository.Commit(s, "a subject")
	require.NoError(t, err)
	return driver.Command{Path: path, Temp: t.TempDir()}, tree
}

var ring = puppet.Subject{Targets: []puppet.Target{{Name: "ring", Ops: []string{"restart", "read"}, Rounds: 2, Bugs: []puppet.Bug{{Name: "tip", Needs: []string{"restart", "read"}, Line: 7}}}}}

func TestACommandIsDriven(t *testing.T) {
	c, tree := stage(t, ring)
	engines, err := c.Engines(t.Context(), tree)
	require.NoError(t, err)
	require.Equal(t, []driver.Engine{{Name: "explore"}, {Name: "afl", Missing: "apt install afl++"}}, engines)
	targets, err := c.List(t.Context(), tree)
	require.NoError(t, err)
	require.Len(t, targets, 1)
	require.Equal(t, "ring", targets[0].Target)
	require.Len(t, targets[0].Ops, 3)

	findings, shared := t.TempDir(), t.TempDir()
	o, err := c.Hunt(t.Context(), tree, driver.Hunt{Package: puppet.Package, Target: "ring", Engine: "explore", Time: time.Hour, Seed: 5, Findings: findings, Shared: shared})
	require.NoError(t, err)
	require.Equal(t, uint64(2), o.Stats.Runs)
	require.InDelta(t, 0.2, o.CPU, 1e-9)
	require.Equal(t, 100, o.Explored.Blocks)
	found, err := filepath.Glob(filepath.Join(findings, "*.json"))
	require.NoError(t, err)
	require.Len(t, found, 1)
	added, err := c.Merge(t.Context(), tree, targets[0], filepath.Join(shared, "ring"))
	require.NoError(t, err)
	require.Len(t, added, 2)
	require.FileExists(t, added[0])
}

func TestATraceIsRun(t *testing.T) {
	c, tree := stage(t, ring)
	trace := driver.Trace{Package: puppet.Package, Target: "ring", Updates: []string{"restart", "step", "read offset=3"}}
	found, err := c.Run(t.Context(), tree, trace)
	require.NoError(t, err)
	require.Equal(t, 2, found.Moment)
	found, err = c.Minimize(t.Context(), tree, trace)
	require.NoError(t, err)
	require.Equal(t, []string{"restart", "read"}, found.Trace)
	explanation, err := c.Explain(t.Context(), tree, trace, time.Second)
	require.NoError(t, err)
	require.Equal(t, 3, explanation.Culprit.Update)
	trace.Updates = nil
	found, err = c.Run(t.Context(), tree, trace)
	require.NoError(t, err)
	require.Nil(t, found, "what passes is no finding")
	left, err := os.ReadDir(c.Temp)
	require.NoError(t, err)
	require.Empty(t, left, "traces on their way are gone")
}

func TestTracesThatDoNotFitAreTold(t *testing.T) {
	subject := puppet.Subject{Targets: []puppet.Target{{Name: "ring", Ops: []string{"read"}, Unfit: []string{"gone"}, Rounds: 1}}}
	c, tree := stage(t, subject)
	traces := []string{"read\nstep gone=3\n", "shuffle\n"}
	for range 400 { // more than a command line names
		traces = append(traces, "read offset=3\n")
	}
	why, err := c.Fits(t.Context(), tree, "ring", traces)
	require.NoError(t, err)
	require.Len(t, why, len(traces))
	require.Equal(t, []string{`1:1: unknown field "gone"`, `1:1: no update is named "shuffle"`, ""}, why[:3])
	var fault *driver.Fault
	_, err = c.Fits(t.Context(), tree, "rope", traces)
	require.ErrorAs(t, err, &fault)
}

func TestWhatIsLeftOutOfACorpusIsNoFaultOfAHunt(t *testing.T) {
	subject := puppet.Subject{Targets: []puppet.Target{{Name: "ring", Unfit: []string{"gone"}, Rounds: 1}}}
	c, tree := stage(t, subject)
	seeds := filepath.Join(tree, "corpus", "ring", "seeds")
	require.NoError(t, os.MkdirAll(seeds, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(seeds, "old.trace"), []byte("step gone=3\n"), 0o644))
	o, err := c.Hunt(t.Context(), tree, driver.Hunt{Package: puppet.Package, Target: "ring", Engine: "explore", Time: time.Hour, Findings: t.TempDir(), Shared: t.TempDir()})
	require.NoError(t, err)
	require.Empty(t, o.Fault)
	require.Contains(t, o.Note, "old.trace")
	require.Equal(t, uint64(1), o.Stats.Runs)
}

func TestAFaultIsToldFromAFinding(t *testing.T) {
	c, tree := stage(t, puppet.Subject{Broken: "subject.go:3: undefined: ring"})
	var fault *driver.Fault
	_, err := c.List(t.Context(), tree)
	require.ErrorAs(t, err, &fault)
	require.EqualError(t, err, "battle list: subject.go:3: undefined: ring")
	_, err = c.Run(t.Context(), tree, driver.Trace{Target: "ring"})
	require.ErrorAs(t, err, &fault)
	_, err = c.Hunt(t.Context(), tree, driver.Hunt{Package: puppet.Package, Target: "ring", Time: time.Second})
	require.ErrorAs(t, err, &fault)

	_, err = driver.Command{Path: filepath.Join(tree, "nothing")}.Engines(t.Context(), tree)
	require.Error(t, err)
	require.NotErrorAs(t, err, &fault, "that is the machine's")
}

func TestAHuntEndsWithItsContext(t *testing.T) {
	long := ring
	long.Targets[0].Pause = int(time.Hour / time.Millisecond)
	c, tree := stage(t, long)
	ctx, cancel := context.WithCancel(t.Context())
	findings := t.TempDir()
	go func() {
		for found := []string{}; len(found) == 0; {
			found, _ = filepath.Glob(filepath.Join(findings, "*.json"))
		}
		cancel()
	}()
	_, err := c.Hunt(ctx, tree, driver.Hunt{Package: puppet.Package, Target: "ring", Time: time.Hour, Findings: findings, Shared: t.TempDir()})
	require.ErrorIs(t, err, context.Canceled)
}
