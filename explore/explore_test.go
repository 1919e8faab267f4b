package explore_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/explore"
)

func init() { battle.Register(explore.Name, explore.Engine) }

// The test binary is run again under the engine, as the battle command would do it.
// Ordinary runs of these find nothing: the targets are hard on purpose.

func FuzzLock(f *testing.F)   { fuzzLock(f, lockTarget) }
func FuzzClimb(f *testing.F)  { fuzzClimb(f, climbTarget) }
func FuzzSprint(f *testing.F) { fuzzSprint(f, sprintTarget) }
func FuzzForget(f *testing.F) { fuzzForget(f, forgetTarget) }
func FuzzLedger(f *testing.F) { fuzzLedger(f, ledgerTarget) }

func FuzzPile(f *testing.F) {
	fuzzPile(f, pileTarget(func(p *pile) *pile { return &pile{slices.Clone(p.stones)} }))
}

// FuzzInterruptedPile copies now and then as if the machine had turned to something else.
func FuzzInterruptedPile(f *testing.F) {
	copies := 0
	fuzzPile(f, pileTarget(func(p *pile) *pile {
		if copies++; copies < 16 && copies%2 == 1 {
			time.Sleep(20 * time.Millisecond)
		}
		return &pile{slices.Clone(p.stones)}
	}))
}

func FuzzSharingPile(f *testing.F) {
	fuzzPile(f, pileTarget(func(p *pile) *pile { return &pile{p.stones} }))
}

func FuzzForgettingPile(f *testing.F) {
	fuzzPile(f, pileTarget(func(p *pile) *pile { return &pile{} }))
}

// These keep the test's own subjects from being listed as targets of this module.
var (
	fuzzLock   = battle.Fuzz[*lock]
	fuzzClimb  = battle.Fuzz[*climb]
	fuzzSprint = battle.Fuzz[*sprint]
	fuzzForget = battle.Fuzz[*forget]
	fuzzPile   = battle.Fuzz[*pile]
	fuzzLedger = battle.Fuzz[*ledger]
)

// A hunt's outcome: the findings, and the last statistics.
type outcome struct {
	findings []*battle.Finding
	stats    battle.Stats
	progress explore.Progress
}

// report is what another engine than the explorer reported of itself.
func (o outcome) report(t *testing.T) map[string]any {
	t.Helper()
	require.IsType(t, map[string]any{}, o.stats.Progress)
	return o.stats.Progress.(map[string]any)
}

// into reads such a report into a struct.
func (o outcome) into(t *testing.T, report any) {
	t.Helper()
	document, err := json.Marshal(o.stats.Progress)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(document, report))
}

// hunt runs a fuzz function under the explorer until its first finding.
func hunt(t *testing.T, function string, seed string) outcome {
	t.Helper()
	return huntWith(t, explore.Name, function, seed)
}

// huntWith does so under another engine, with further orders.
func huntWith(t testing.TB, engine, function, seed string, orders ...string) outcome {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^"+function+"$")
	cmd.Env = append(os.Environ(),
		battle.EnvEngine+"="+engine, battle.EnvDir+"="+dir, battle.EnvSeed+"="+seed,
		battle.EnvStop+"=first", battle.EnvBudget+"=1h") // it ends with the finding
	cmd.Env = append(cmd.Env, orders...)
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", output)
	var o outcome
	files, err := filepath.Glob(filepath.Join(dir, "findings", "*.json"))
	require.NoError(t, err)
	for _, file := range files {
		found, err := battle.ReadFinding(file)
		require.NoError(t, err)
		o.findings = append(o.findings, found)
	}
	files, err = filepath.Glob(filepath.Join(dir, "stats", "*.json"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	document, err := os.ReadFile(files[0])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(document, &o.stats))
	progress, err := json.Marshal(o.stats.Progress)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(progress, &o.progress))
	return o
}

// A run of random updates opens this lock once in 16^12 tries.
func TestALockOpensStepByStep(t *testing.T) {
	o := hunt(t, "FuzzLock", "1")
	require.Len(t, o.findings, 1)
	require.Len(t, o.findings[0].Trace, lockSteps)
	require.Equal(t, explore.Name, o.findings[0].Engine)
	require.Equal(t, lockSteps, o.progress.Traits, "each step is a state of its own")
	require.GreaterOrEqual(t, o.progress.Moments, lockSteps-1, "each but the last has a moment, or more than one")
}

// How many updates were run says how moments were restored, which is measured. What was
// tried and what came of it does not.
func TestEqualSeedsGiveEqualHunts(t *testing.T) {
	came := func(seed string) any {
		o := hunt(t, "FuzzLock", seed)
		require.Len(t, o.findings, 1)
		p := o.progress
		return []any{o.findings[0].Trace, p.Bursts, p.Moments, p.Traits, p.Followed}
	}
	first := came("7")
	require.Equal(t, first, came("7"))
	require.NotEqual(t, first, came("8"))
}

// Only the best moments of a value are kept, and hunted on from.
func TestAValueIsMaximised(t *testing.T) {
	o := hunt(t, "FuzzClimb", "1")
	require.Len(t, o.findings, 1)
	require.Len(t, o.findings[0].Trace, climbTop)
	require.Equal(t, 0, o.progress.Moments, "the frontier has no other moments than the champions")
}

// Nothing tells that a sprint gets on: the same update has to be done again and again.
func TestUpdatesPersist(t *testing.T) {
	o := hunt(t, "FuzzSprint", "1")
	require.Len(t, o.findings, 1)
	require.Len(t, o.findings[0].Trace, 2*sprintSteps)
}

func TestATargetThatRemembersIsFoundOut(t *testing.T) {
	o := hunt(t, "FuzzForget", "1")
	require.Len(t, o.findings, 1)
	require.Equal(t, battle.Harness, o.findings[0].Kind)
	require.Regexp(t, `^forget: harness in update 1 of 1 \(remember\): not deterministic: the same updates were run twice, and update 1 did not do the same: .* in New as in Apply$`, o.findings[0].Title())
}

// The trace of a fault ends in the update that shows it, and there are others before.
func TestAFaultIsOfTheUpdateThatShowsIt(t *testing.T) {
	found := hunt(t, "FuzzSharingPile", "1").findings[0]
	require.Equal(t, "stone", found.Op)
	require.Greater(t, found.Moment, 0)
	require.Len(t, found.Trace, found.Moment+1)
	require.Contains(t, found.Message, fmt.Sprintf("and update %d did not do the same", found.Moment+1))
}

// Runs of thousands of updates: from copies, going on does not get slower on the way.
func TestMomentsAreRestoredFromCopies(t *testing.T) {
	for _, function := range []string{"FuzzPile", "FuzzInterruptedPile"} {
		o := hunt(t, function, "1")
		require.Len(t, o.findings, 1, function)
		require.Len(t, o.findings[0].Trace, pileTop, function)
		require.Regexp(t, `^from copies, from depth \d+ on$`, o.progress.Restored, function)
		require.Less(t, o.stats.Updates, uint64(explore.BlindFirst+(1+explore.BlindShare)*20*pileTop), "%s: updates that were run again count", function)
	}
}

func TestACopyThatIsNoneIsFoundOut(t *testing.T) {
	for _, function := range []string{"FuzzSharingPile", "FuzzForgettingPile"} {
		o := hunt(t, function, "1")
		require.Len(t, o.findings, 1, function)
		require.Equal(t, battle.Harness, o.findings[0].Kind, function)
		require.Regexp(t, `^Clone shares memory, or leaves something out: a copy went on beside its original, and update \d+ did not do the same$`, o.findings[0].Message, function)
	}
}

// What fails in a copy that shares memory is the copy's fault: as a finding of its own it would send
// its reader after clocks and random numbers.
func TestWhatFailsInABadCopyIsNoFinding(t *testing.T) {
	o := hunt(t, "FuzzLedger", "1")
	require.Len(t, o.findings, 1)
	require.Equal(t, battle.Harness, o.findings[0].Kind)
	require.Regexp(t, `^Clone shares memory, or leaves something out: a copy went on beside its original, and update \d+ did not do the same: it ended in mismatch battle.test/explore/subjects_test.go:\d+$`, o.findings[0].Message)
}
