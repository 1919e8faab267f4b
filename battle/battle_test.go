package battle_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

func TestCounter(t *testing.T) { battle.Check(t, counterTarget(os.Getenv("COUNTER_BUG"))) }
func FuzzCounter(f *testing.F) { fuzzCounter(f, counterTarget(os.Getenv("COUNTER_BUG"))) }

// fuzzCounter keeps this module's own test subject from being listed as a target.
var fuzzCounter = battle.Fuzz[*counter]

// failing runs one of the tests above in a process of its own, with a bug in the
// counter, and returns what it prints.
func failing(t *testing.T, bug, function string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+function+"$")
	cmd.Env = append(os.Environ(), "COUNTER_BUG="+bug)
	output, err := cmd.CombinedOutput()
	require.Error(t, err, "the test passed with bug %q:\n%s", bug, output)
	return string(output)
}

func TestCheckReportsTheMinimalTrace(t *testing.T) {
	output := failing(t, "wrap", "TestCounter")
	require.Contains(t, output, "counter: mismatch in update 1 of 1 (add): value differs from the oracle's")
	require.Contains(t, output, "add n=77 unit=ones\n")
	require.Contains(t, output, "&Add{N: 77},")
}

func TestCheckReportsPanicsOfTheSubject(t *testing.T) {
	output := failing(t, "panic", "TestCounter")
	require.Contains(t, output, "counter: panic in update 1 of 1 (add): runtime error: index out of range")
	require.Contains(t, output, "in battle.test/battle_test.(*counter).add")
}

func TestCheckReportsHangsMinimised(t *testing.T) {
	output := failing(t, "hang", "TestCounter")
	require.Contains(t, output, "counter: hang in update 1 of 1 (add)")
	require.Contains(t, output, "add n=31 unit=tens\n")
}

func TestFuzzReportsFindings(t *testing.T) {
	output := failing(t, "panic", "FuzzCounter")
	require.Contains(t, output, "battle: a finding")
	require.Regexp(t, `-- trace --\s+add n=(31 unit=tens|301 unit=ones|4 unit=hundreds)\n`, output)
}

func BenchmarkTape(b *testing.B) {
	run := battle.Bytes(counterTarget(""))
	tape := make([]byte, 2+400)
	for i := range tape[2:] {
		tape[2+i] = byte(i*37 + i>>3)
	}
	b.ReportAllocs()
	for b.Loop() {
		run(tape)
	}
}
