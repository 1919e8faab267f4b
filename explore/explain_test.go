package explore_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/explore"
)

func init() { battle.Register(explore.ExplainName, explore.Explain) }

// broken tells whether the targets of this file have their bugs: as ordinary fuzz
// functions, outside the tests that ask about them, they have not.
var broken = os.Getenv(battle.EnvEngine) != ""

// See fuzzLock.
var (
	fuzzCoins = battle.Fuzz[*coins]
	fuzzSafe  = battle.Fuzz[*safe]
	fuzzWreck = battle.Fuzz[*wreck]
	fuzzReef  = battle.Fuzz[*reef]
)

// Coins: the bug when the first two that are tossed are both heads. A likelihood of it
// is known at each moment.
type coins struct{ tossed, heads int }

type Toss struct{ Heads bool }

func (u *Toss) Apply(t *battle.T, c *coins) {
	c.tossed++
	if u.Heads {
		c.heads++
	}
	if broken && c.heads == 2 && c.tossed == 2 {
		t.Errorf("both are heads")
	}
}

func FuzzCoins(f *testing.F) {
	fuzzCoins(f, battle.Target[*coins]{
		Name: "coins", New: func() *coins { return &coins{} }, Ops: battle.Ops(battle.Op[*Toss](1)),
	})
}

// A safe opens with any of some keys once it was set to anything but 0, and breaks in
// another way when it is kicked.
type safe struct{ set bool }

type Set struct {
	To uint8 `draw:"0..3"`
}
type Try struct {
	Key uint8 `draw:"0..3"`
}
type Kick struct{}
type Wait struct{}

func (u *Set) Apply(_ *battle.T, s *safe) { s.set = u.To > 0 }
func (*Wait) Apply(*battle.T, *safe)      {}
func (*Kick) Apply(t *battle.T, _ *safe) {
	if broken {
		t.Errorf("it is dented")
	}
}
func (u *Try) Apply(t *battle.T, s *safe) {
	if broken && s.set && u.Key == 0 {
		t.Errorf("it is open")
	}
}

func FuzzSafe(f *testing.F) {
	fuzzSafe(f, battle.Target[*safe]{
		Name: "safe", New: func() *safe { return &safe{} },
		Ops: battle.Ops(battle.Op[*Set](1), battle.Op[*Try](10), battle.Op[*Wait](20), battle.Op[*Kick](1)),
	})
}

// A wreck fails whatever is done to it.
type wreck struct{}

type Touch struct{}

func (*Touch) Apply(t *battle.T, _ *wreck) {
	if broken {
		t.Errorf("it falls apart")
	}
}

func FuzzWreck(f *testing.F) {
	fuzzWreck(f, battle.Target[*wreck]{Name: "wreck", New: func() *wreck { return nil }, Ops: battle.Ops(battle.Op[*Touch](1))})
}

// A reef is struck at any place up to which somebody sailed, but at the shore.
type reef struct{ reached uint32 }

type Sail struct{ To uint32 }
type Sound struct{ At uint32 }
type Rest struct{}

func (u *Sail) Apply(_ *battle.T, r *reef) { r.reached = u.To }
func (*Rest) Apply(*battle.T, *reef)       {}
func (u *Sound) Apply(t *battle.T, r *reef) {
	if broken && 0 < u.At && u.At < r.reached {
		t.Errorf("it strikes")
	}
}

func FuzzReef(f *testing.F) {
	fuzzReef(f, battle.Target[*reef]{
		Name: "reef", New: func() *reef { return &reef{} },
		Ops: battle.Ops(battle.Op[*Sail](1), battle.Op[*Sound](5), battle.Op[*Rest](2)),
	})
}

// A ladder is fallen off in one way or, if it is on a mat, in another.
type ladder struct{ mat bool }

type Spread struct{}
type Slip struct{}

func (*Spread) Apply(_ *battle.T, l *ladder) { l.mat = true }
func (*Slip) Apply(t *battle.T, l *ladder) {
	if broken && l.mat {
		t.Errorf("it bounces")
	} else if broken {
		t.Errorf("it breaks")
	}
}

var fuzzLadder = battle.Fuzz[*ladder]

func FuzzLadder(f *testing.F) {
	fuzzLadder(f, battle.Target[*ladder]{
		Name: "ladder", New: func() *ladder { return &ladder{} }, Ops: battle.Ops(battle.Op[*Spread](1), battle.Op[*Slip](1)),
	})
}

// asked sends a request to a target of this file, as the command does.
func asked(t *testing.T, function string, r battle.Request, env ...string) battle.Answer {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	document, err := json.Marshal([]battle.Request{r})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(in, document, 0o644))
	cmd := exec.Command(os.Args[0], "-test.run=^"+function+"$")
	cmd.Env = append(os.Environ(), battle.EnvEngine+"=answer", battle.EnvRequests+"="+in, battle.EnvAnswers+"="+out,
		battle.EnvBudget+"=1h", battle.EnvSeed+"=1")
	cmd.Env = append(cmd.Env, env...)
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", said)
	document, err = os.ReadFile(out)
	require.NoError(t, err, "%s", said)
	var answers []battle.Answer
	require.NoError(t, json.Unmarshal(document, &answers))
	require.Len(t, answers, 1)
	return answers[0]
}

func explained(t *testing.T, function string, r battle.Request, env ...string) (e explore.Explanation) {
	t.Helper()
	r.Do = explore.ExplainName
	answer := asked(t, function, r, env...)
	require.Empty(t, answer.Error)
	require.NoError(t, json.Unmarshal(answer.Report, &e))
	return e
}

func TestTwoCoins(t *testing.T) {
	const trace = "toss heads=true; toss heads=true"
	for seed := range 3 {
		e := explained(t, "FuzzCoins", battle.Request{Trace: trace}, battle.EnvSeed+"="+strconv.Itoa(seed))
		require.Len(t, e.Points, 3)
		for i, want := range []float64{0.25, 0.5, 1} {
			p := e.Points[i]
			require.Equal(t, i, p.Moment)
			require.LessOrEqual(t, p.Low, want, "moment %d of seed %d", i, seed)
			require.GreaterOrEqual(t, p.High, want, "moment %d of seed %d", i, seed)
			require.LessOrEqual(t, p.High-p.Low, 0.05, "moment %d of seed %d", i, seed)
		}
		require.True(t, e.Tight)
		require.NotNil(t, e.Culprit)
		require.InDelta(t, 2, e.Culprit.Factor, 0.3)
		require.Len(t, e.Alike, 1, "both coins are as guilty")
		require.Zero(t, e.Culprit.Removed.Fails)
		require.Equal(t, 1, e.Culprit.Removed.Runs)
		require.InDelta(t, 0.5, e.Culprit.Replaced.P, 0.05)
		require.Zero(t, e.Others)
	}
}

func TestEqualSeedsExplainAlike(t *testing.T) {
	r := battle.Request{Trace: "wait; set to=2; wait; try key=0"}
	one := explained(t, "FuzzSafe", r)
	require.Equal(t, one, explained(t, "FuzzSafe", r))
	other := explained(t, "FuzzSafe", r, battle.EnvSeed+"=2")
	require.NotEqual(t, one.Points, other.Points)
}

func TestCulpritIsTheUpdateThatMadeItLikely(t *testing.T) {
	e := explained(t, "FuzzSafe", battle.Request{Trace: "wait; wait; wait; set to=2; wait; try key=1; wait; wait; try key=0"})
	require.Equal(t, 9, e.Length)
	require.Equal(t, 4, e.Culprit.Update)
	require.Empty(t, e.Alike)
	require.Greater(t, e.Culprit.Least, 2.0)
	require.Zero(t, e.Culprit.Removed.Fails)
	require.InDelta(t, 0.75, e.Culprit.Replaced.P, 0.05) // to=0 leaves it shut
	require.Positive(t, e.Others)                        // kicks are another failure
	require.True(t, e.Tight)
}

func TestWithoutTheCulpritTheTraceMayFailInAnotherWay(t *testing.T) {
	e := explained(t, "FuzzLadder", battle.Request{Trace: "spread; slip"})
	require.Equal(t, 1, e.Culprit.Update)
	require.Zero(t, e.Culprit.Removed.Fails)
	require.Equal(t, 1, e.Culprit.Other)
	require.Zero(t, e.Culprit.Replaced.Runs, "without fields there is no other of its kind")
}

// The numbers of a minimal trace are so small that hardly any other run has them.
func TestNumbersThatDoNotMatterAreDrawnAnew(t *testing.T) {
	e := explained(t, "FuzzReef", battle.Request{Trace: "sail to=2; rest; sound at=1"})
	require.Len(t, e.Loosened, 3)
	require.Regexp(t, `^sail to=\d{3,}$`, e.Loosened[0])
	require.Equal(t, "rest", e.Loosened[1])
	require.Regexp(t, `^sound at=\d+$`, e.Loosened[2])
	require.Equal(t, 1, e.Culprit.Update)
	require.Zero(t, e.Culprit.Removed.Fails)
	require.Greater(t, e.Points[1].P, 2*e.Points[0].P)

	e = explained(t, "FuzzReef", battle.Request{Trace: "sail to=4000000000; rest; sound at=1"})
	require.Equal(t, 1, e.Culprit.Update)
	require.Nil(t, e.Loosened, "the trace as it is tells")
	e = explained(t, "FuzzReef", battle.Request{Trace: "sail to=2; sound at=1", Length: 40})
	require.Nil(t, e.Loosened, "longer runs were asked for")
}

// TestNumbersThatFailEarlierAreNotDrawn has soundings that strike with many other numbers:
// what comes after them would never run.
func TestNumbersThatFailEarlierAreNotDrawn(t *testing.T) {
	const early = 8
	e := explained(t, "FuzzReef", battle.Request{Trace: "sail to=2; " + strings.Repeat("sound at=0; ", early) + "rest; sound at=1"})
	require.Len(t, e.Loosened, early+3)
	var to, at uint32
	_, err := fmt.Sscanf(e.Loosened[0], "sail to=%d", &to)
	require.NoError(t, err)
	for _, sound := range e.Loosened[1 : 1+early] {
		_, err := fmt.Sscanf(sound, "sound at=%d", &at)
		require.NoError(t, err)
		require.True(t, at == 0 || at >= to, "%q", e.Loosened)
	}
}

// TestLikelihoodSinksWhereNothingHappens shows why the culprit is judged by the highest
// likelihood before it: after the set, each update that does not open the safe leaves
// less time for it, and the last one would look guilty.
func TestLikelihoodSinksWhereNothingHappens(t *testing.T) {
	trace := "set to=1; "
	for range 20 {
		trace += "wait; "
	}
	e := explained(t, "FuzzSafe", battle.Request{Trace: trace + "try key=0"})
	points := e.Points
	require.Less(t, points[21].High, points[1].Low)
	require.Greater(t, points[22].P/points[21].P, points[1].P/points[0].P)
	require.Equal(t, 1, e.Culprit.Update)
}

// TestWhatBringsTheLikelihoodBackIsToBlame has traces at whose start other runs have time to
// fail: the update that is to blame does not raise the likelihood over that, and only the last
// one does, or none if nearly all runs fail.
func TestWhatBringsTheLikelihoodBackIsToBlame(t *testing.T) {
	const idle = 200
	for name, c := range map[string]struct{ function, trace string }{
		"some runs fail":       {"FuzzSafe", strings.Repeat("wait; ", idle) + "set to=1; try key=0"},
		"nearly all runs fail": {"FuzzReef", strings.Repeat("rest; ", idle) + "sail to=4000000000; sound at=1"},
	} {
		t.Run(name, func(t *testing.T) {
			e := explained(t, c.function, battle.Request{Trace: c.trace})
			require.NotNil(t, e.Culprit)
			require.Equal(t, idle+1, e.Culprit.Update)
			require.True(t, e.Culprit.Sunk)
			before, after := e.Points[e.Culprit.Before], e.Points[e.Culprit.After]
			require.Equal(t, idle, before.Moment)
			require.Greater(t, e.Points[0].Low, before.High)
			require.Greater(t, after.Low, 2*before.High)
			require.GreaterOrEqual(t, e.Points[e.Culprit.Highest].P, e.Points[0].P)
			require.Zero(t, e.Culprit.Removed.Fails)
			require.Empty(t, e.Alike)
		})
	}
	e := explained(t, "FuzzReef", battle.Request{Trace: strings.Repeat("sail to=4000000000; ", idle) + "sound at=1"})
	require.True(t, e.Culprit == nil || !e.Culprit.Sunk, "it does not sink to where chance raises it")
}

func TestNobodyIsToBlameForWhatAlwaysFails(t *testing.T) {
	e := explained(t, "FuzzWreck", battle.Request{Trace: "touch"})
	require.Equal(t, 1.0, e.Points[0].P)
	require.Nil(t, e.Culprit)
}

func TestLongerRunsFailMoreOften(t *testing.T) {
	r := battle.Request{Trace: "set to=1; try key=0"}
	short := explained(t, "FuzzSafe", r)
	r.Length = 40
	long := explained(t, "FuzzSafe", r)
	require.Equal(t, 40, long.Length)
	require.Greater(t, long.Points[1].Low, short.Points[1].High)
}

// TestLongTraceIsHalved finds the one guilty update of a thousand without a look at each.
func TestLongTraceIsHalved(t *testing.T) {
	trace := ""
	for i := range 1000 {
		if i == 637 {
			trace += "set to=1;"
		}
		trace += "wait;"
	}
	e := explained(t, "FuzzSafe", battle.Request{Trace: trace + "try key=0", Length: 1100})
	require.Less(t, len(e.Points), 120)
	require.Equal(t, 638, e.Culprit.Update)
}

func TestBudgetThatEndsEarlyLeavesWhatThereIs(t *testing.T) {
	e := explained(t, "FuzzCoins", battle.Request{Trace: "toss heads=true; toss heads=true"}, battle.EnvBudget+"=1ns")
	require.False(t, e.Tight)
	require.Nil(t, e.Culprit)
	require.Zero(t, e.Futures)
	require.Equal(t, 1.0, e.Points[0].High-e.Points[0].Low)
}

func TestExplainRefuses(t *testing.T) {
	cases := []struct {
		name, trace, want string
		length            int
		env               string
	}{
		{"a trace that passes", "toss heads=true; toss heads=false", "the trace does not fail: 2 updates passed", 0, ""},
		{"no trace", "", "trace has no updates", 0, ""},
		{"an unknown update", "throw", `trace:1:1: unknown update "throw" in target coins, want toss`, 0, ""},
		{"runs shorter than the trace", "toss heads=true; toss heads=true", "runs of length 1: the trace fails in update 2, want at least as many", 1, ""},
		{"no budget", "toss heads=true; toss heads=true", "explain needs a BATTLE_BUDGET above zero, got 0s", 0, battle.EnvBudget + "=0s"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			answer := asked(t, "FuzzCoins", battle.Request{Do: explore.ExplainName, File: "trace", Trace: c.trace, Length: c.length}, c.env)
			require.Equal(t, c.want, answer.Error)
		})
	}
}

// TestExplainDoesNotHunt asks for it as if it were an engine that hunts.
func TestExplainDoesNotHunt(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^FuzzCoins$")
	cmd.Env = append(os.Environ(), battle.EnvEngine+"="+explore.ExplainName, battle.EnvDir+"="+dir, battle.EnvBudget+"=1h")
	said, err := cmd.CombinedOutput()
	require.NoError(t, errors.Join(err), "%s", said)
	files, err := filepath.Glob(filepath.Join(dir, "findings", "*.json"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	found, err := battle.ReadFinding(files[0])
	require.NoError(t, err)
	require.Equal(t, battle.Harness, found.Kind)
	require.Contains(t, found.Message, "does not hunt")
}
