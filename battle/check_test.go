package battle_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

func TestCounter(t *testing.T) { battle.Check(t, counterTarget(os.Getenv("COUNTER_BUG"))) }

// child runs one of this package's tests in a process of its own, with a bug in the
// counter, and returns what it prints and its exit status.
func child(t *testing.T, bug string, environment []string, arguments ...string) (output string, status int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], arguments...)
	cmd.Env = append(append(os.Environ(), "COUNTER_BUG="+bug), environment...)
	said, err := cmd.CombinedOutput()
	if err != nil {
		require.IsType(t, new(exec.ExitError), err, "%s", said)
	}
	return string(said), cmd.ProcessState.ExitCode()
}

// failing is child for an ordinary test that must fail.
func failing(t *testing.T, bug, function string) string {
	t.Helper()
	output, status := child(t, bug, nil, "-test.run=^"+function+"$")
	require.Equal(t, 1, status, "exit status of %s with bug %q:\n%s", function, bug, output)
	return output
}

func TestCheckReportsTheMinimalTrace(t *testing.T) {
	output := failing(t, "wrap", "TestCounter")
	require.Contains(t, output, "counter: mismatch in update 1 of 1 (add): value differs from the oracle's")
	require.Contains(t, output, "add n=77 unit=ones\n")
	require.Contains(t, output, "&Add{N: 77},")
	require.Contains(t, output, "replay -package battle.test/battle -target counter 'add n=77 unit=ones'")
}

func TestCheckReportsPanicsOfTheSubject(t *testing.T) {
	output := failing(t, "panic", "TestCounter")
	require.Contains(t, output, "counter: panic in update 1 of 1 (add): runtime error: index out of range")
	require.Contains(t, output, "in battle.test/battle_test.(*counter).break_")
}

func TestCheckReportsHangsMinimised(t *testing.T) {
	output := failing(t, "hang", "TestCounter")
	require.Contains(t, output, "counter: hang in update 1 of 1 (reset): the update did not end within 100ms")
	require.Contains(t, output, "reset\n        #^^^^ the update did not end")
}

func TestCounterOnceMore(t *testing.T) { battle.Check(t, counterTarget("")) }

// Rapid's flags are one for the process: a check that hangs must not keep them.
func TestAHangDoesNotKeepTheNextCheckWaiting(t *testing.T) {
	output, status := child(t, "new hangs", nil, "-test.run=^(TestCounter|TestCounterOnceMore)$", "-test.v")
	require.Equal(t, 1, status)
	require.Contains(t, output, "--- FAIL: TestCounter ")
	require.Contains(t, output, "--- PASS: TestCounterOnceMore ")
}

func TestCheckReportsFaultsOfTheHarness(t *testing.T) {
	for bug, want := range map[string]string{
		"goexit": "counter: harness in update 1 of 1 (add): runtime.Goexit was called",
		"new":    "counter: harness before the first update: no counter today",
		"fault":  "counter: harness in update 1 of 1 (peek): the oracle has 0",
		"flaky":  "counter: harness in update ",
	} {
		t.Run(bug, func(t *testing.T) { require.Contains(t, failing(t, bug, "TestCounter"), want) })
	}
}

func TestCheckFailsWhereARequiredLabelIsMissing(t *testing.T) {
	output := failing(t, "never", "TestCounter")
	require.Contains(t, output, `counter: label "never seen": 0 of 1000 runs (0.00 %), want at least 1.00 %`)
	require.NotContains(t, output, `label "wrapped":`)
	require.Regexp(t, `label wrapped +\d+ +\d+\.\d % of runs`, output)
}

// hunted makes a folder for a hunt, and the orders for it.
func hunted(t *testing.T, engine string) (dir string, environment []string) {
	dir = t.TempDir()
	return dir, []string{
		battle.EnvEngine + "=" + engine, battle.EnvDir + "=" + dir, battle.EnvBudget + "=1h", battle.EnvStop + "=first",
		battle.EnvSeed + "=5", battle.EnvVariable + "=Counter", battle.EnvBug + "=a-planted-bug",
	}
}

// findingIn is the one finding of a hunt.
func findingIn(t *testing.T, dir, output string) *battle.Finding {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "findings", "*.json"))
	require.NoError(t, err)
	require.Len(t, files, 1, "%s", output)
	found, err := battle.ReadFinding(files[0])
	require.NoError(t, err)
	pending, err := filepath.Glob(filepath.Join(dir, "pending", "*"))
	require.NoError(t, err)
	require.Empty(t, pending)
	return found
}

func TestHuntingWithRapidWritesTheFindingDown(t *testing.T) {
	for bug, want := range map[string]string{"wrap": "add n=77 unit=ones", "goexit": "add n=(31 unit=tens|301 unit=ones|4 unit=hundreds)", "late": "reset"} {
		t.Run(bug, func(t *testing.T) {
			dir, environment := hunted(t, "rapid")
			output, status := child(t, bug, environment, "-test.run=^TestCounter$")
			require.Equal(t, 0, status, "%s", output)
			found := findingIn(t, dir, output)
			require.Regexp(t, "^"+want+"$", found.Trace[0])
			require.Equal(t, "rapid", found.Engine)
			require.Equal(t, uint64(5), found.Seed)
			require.Contains(t, found.Replay, "-target counter -bug a-planted-bug '")
			require.Contains(t, found.GoTest, "battle.Replay(t, Counter,\n")
			stats, err := filepath.Glob(filepath.Join(dir, "stats", "counter-*.json"))
			require.NoError(t, err)
			require.Len(t, stats, 1)
		})
	}
}

// A hang ends the process that hunts: its exit status asks for another one.
func TestHuntingEndsWithAHangWrittenDown(t *testing.T) {
	dir, environment := hunted(t, "rapid")
	output, status := child(t, "hang", environment, "-test.run=^TestCounter$")
	require.Equal(t, battle.ExitRestart, status, "%s", output)
	found := findingIn(t, dir, output)
	require.Equal(t, battle.Hang, found.Kind)
	require.Len(t, found.Trace, 1)
	require.Contains(t, found.Stack, "(*Reset).Apply")
}

func TestOrdersThatCantBeReadFailTheTest(t *testing.T) {
	for _, c := range []struct{ environment, want string }{
		{battle.EnvEngine + "=afk", `battle: BATTLE_ENGINE="afk": want native, gofuzz, rapid, answer, or nothing`},
		{battle.EnvDir + "=/x", "battle: BATTLE_DIR is set and BATTLE_ENGINE is not"},
	} {
		output, status := child(t, "", []string{c.environment}, "-test.run=^(TestCounter|FuzzCounter)$")
		require.Equal(t, 1, status)
		require.Regexp(t, `(?s)--- FAIL: TestCounter.*`+regexpQuote(c.want)+`.*--- FAIL: FuzzCounter.*`+regexpQuote(c.want), output)
	}
}
