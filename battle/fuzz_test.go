package battle_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

func FuzzCounter(f *testing.F) {
	target := counterTarget(os.Getenv("COUNTER_BUG"))
	if os.Getenv("COUNTER_CORPUS") == "bad" {
		target.Corpus = fstest.MapFS{
			"counter/seeds/bad.trace":        {Data: []byte("add m=1")},
			"counter/regressions/good.trace": {Data: []byte("add n=77")},
		}
	}
	fuzzCounter(f, target)
}

// fuzzCounter keeps this module's own test subject from being listed as a target.
var fuzzCounter = battle.Fuzz[*counter]

var regexpQuote = regexp.QuoteMeta

func TestFuzzReportsFindings(t *testing.T) {
	output := failing(t, "panic", "FuzzCounter")
	require.Contains(t, output, "battle: a finding")
	require.Regexp(t, `-- trace --\s+add n=(31 unit=tens|301 unit=ones|4 unit=hundreds)\n`, output)
}

func TestFuzzReportsFaultsOfTheHarness(t *testing.T) {
	require.Contains(t, failing(t, "goexit", "FuzzCounter"), "counter: harness in update 1 of 1 (add): runtime.Goexit was called")
}

func TestFuzzUsesTheGoodFilesOfABadCorpus(t *testing.T) {
	bad := []string{"COUNTER_CORPUS=bad"}
	for _, bug := range []string{"", "wrap"} {
		output, status := child(t, bug, bad, "-test.run=^FuzzCounter$", "-test.v")
		require.Equal(t, 1, status, "%s", output)
		require.Contains(t, output, "the corpus has files that can't be used:")
		require.Contains(t, output, `counter/seeds/bad.trace:1:5: unknown field "m", want n or unit`)
		require.Equal(t, bug != "", regexp.MustCompile("a finding in corpus file counter/regressions/good.trace").MatchString(output), "%s", output)
	}
}

func TestHuntingWithGoWritesTheFindingDown(t *testing.T) {
	for bug, want := range map[string]string{"panic": "panic", "goexit": "harness"} {
		t.Run(bug, func(t *testing.T) {
			dir, environment := hunted(t, "native")
			here, err := os.Getwd()
			require.NoError(t, err)
			t.Chdir(t.TempDir()) // Go's fuzzer writes into testdata
			output, status := child(t, bug, environment, "-test.run=^$", "-test.fuzz=^FuzzCounter$", "-test.parallel=1",
				"-test.fuzzminimizetime=1x", "-test.fuzzcachedir="+filepath.Join(dir, "cache"))
			t.Chdir(here)
			require.Equal(t, 1, status, "%s", output)
			found := findingIn(t, dir, output)
			require.Equal(t, battle.Kind(want), found.Kind)
			require.Len(t, found.Trace, 1)
			require.Equal(t, "native", found.Engine)
		})
	}
}

func TestBytesTellsTapesFromNothing(t *testing.T) {
	run := battle.Bytes(counterTarget("panic"))
	for _, c := range []struct {
		tape string
		want int
	}{{"", 0}, {"\x00", 0}, {"\x00\x00", 0}, {"\x00\x00\x00", 1}, {"\x00\x00\x00\x07", 1}} {
		require.Equal(t, c.want, run([]byte(c.tape)), "%q", c.tape)
	}
	tape, err := battle.Encode(counterTarget("panic"), &Add{N: 500})
	require.NoError(t, err)
	defer func() {
		said, _ := recover().(string)
		require.Contains(t, said, "battle: a finding\ncounter: panic in update 1 of 1 (add)")
	}()
	run(tape)
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
