package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestALedgerGoesOnWhereItEnded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.jsonl")
	l, err := openLedger(path)
	require.NoError(t, err)
	under := conditions{Code: "c0de", Machine: "a machine", Budget: 60, Seeds: 5}
	one := trial{Bug: "tip-bug", Target: "ring", Engine: "rapid", Found: 1, Seeds: 1, Each: []try{{true, 7, 0.5}}, Date: "2026-11-25"}
	broken := trial{Target: "lock", Engine: "rapid", Each: []try{}, Fault: "no compiler"}
	l.keep(under, one)
	l.keep(under, broken)
	require.NoError(t, l.err)
	l.close()

	// A process that was killed while it wrote leaves half a line.
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteString(`{"code":"c0de","target":"lo`)
	require.NoError(t, err)
	require.NoError(t, file.Close())

	for range 2 { // and again, after it was mended
		l, err = openLedger(path)
		require.NoError(t, err)
		got, known := l.find(under, "tip-bug", "ring", "rapid", false)
		require.True(t, known)
		require.Equal(t, one, got)
		_, known = l.find(under, "", "lock", "rapid", false)
		require.False(t, known, "a fault is tried again")
		l.keep(under, trial{Target: "path", Engine: "native"})
		l.close()
	}
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Regexp(t, `^\{.*tip-bug.*\}\n\{.*no compiler.*\}\n\{.*path.*\}\n\{.*path.*\}\n$`, string(content))
}

func TestRoundsAtOnceLoseNothingOfEachOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.jsonl")
	under := conditions{Code: "c0de", Machine: "a machine", Budget: 60, Seeds: 5}
	var rounds [2]*ledger
	for i := range rounds {
		l, err := openLedger(path)
		require.NoError(t, err)
		defer l.close()
		rounds[i] = l
	}
	engines := []string{"rapid", "native", "explore", "random"}
	for i, engine := range engines {
		rounds[i%2].keep(under, trial{Target: "lock", Engine: engine})
		require.NoError(t, rounds[i%2].err)
	}
	l, err := openLedger(path)
	require.NoError(t, err)
	defer l.close()
	for _, engine := range engines {
		_, known := l.find(under, "", "lock", engine, false)
		require.True(t, known, engine)
	}
}

func TestATrialStandsForThoseOfTheSameConditionsAlone(t *testing.T) {
	l, err := openLedger(filepath.Join(t.TempDir(), "results.jsonl"))
	require.NoError(t, err)
	defer l.close()
	under := conditions{Code: "c0de", Machine: "a machine", Budget: 60, Seeds: 5}
	l.enter(record{under, trial{Bug: "b", Target: "t", Engine: "e"}})
	for _, c := range []struct {
		under               conditions
		bug, target, engine string
		want                bool
	}{
		{under, "b", "t", "e", true},
		{under, "", "t", "e", false},
		{under, "b", "u", "e", false},
		{under, "b", "t", "f", false},
		{conditions{"other", "a machine", 60, 5, false}, "b", "t", "e", false},
		{conditions{"c0de", "another", 60, 5, false}, "b", "t", "e", false},
		{conditions{"c0de", "a machine", 5, 5, false}, "b", "t", "e", false},
		{conditions{"c0de", "a machine", 60, 3, false}, "b", "t", "e", false},
		{conditions{"c0de", "a machine", 60, 5, true}, "b", "t", "e", false},
	} {
		_, known := l.find(c.under, c.bug, c.target, c.engine, false)
		require.Equal(t, c.want, known, "%+v", c)
		_, known = l.find(c.under, c.bug, c.target, c.engine, true)
		require.Equal(t, c.want || c.under.Code == "other", known, "of any code: %+v", c)
	}
}

func TestOfOlderTrialsTheLastStands(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.jsonl")
	l, err := openLedger(path)
	require.NoError(t, err)
	under := func(code string) conditions { return conditions{Code: code, Machine: "a machine"} }
	for i, code := range []string{"first", "second", "third"} {
		l.keep(under(code), trial{Target: "ring", Engine: "rapid", Updates: uint64(i)})
	}
	l.close()
	l, err = openLedger(path)
	require.NoError(t, err)
	defer l.close()
	for code, want := range map[string]uint64{"second": 1, "fourth": 2} {
		got, known := l.find(under(code), "", "ring", "rapid", true)
		require.True(t, known)
		require.Equal(t, want, got.Updates, code)
	}
}

func TestAFileThatIsNoLedgerIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bench.md")
	for content, want := range map[string]string{
		"# Head to head\n": "bench.md:1: not a trial: invalid character",
		"{}\n":             "bench.md:1: not a trial: it does not name code, engine and target",
	} {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
		_, err := openLedger(path)
		require.ErrorContains(t, err, want)
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, content, string(after), "it is left as it was")
	}
}

func TestTheFingerprintIsOfCodeBugsAndTraces(t *testing.T) {
	dir := t.TempDir()
	write := func(path, content string) string {
		t.Helper()
		path = filepath.Join(dir, path)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
		print, err := fingerprint(dir)
		require.NoError(t, err)
		return print
	}
	first := write("a.go", "package a")
	require.Equal(t, first, write("docs/bench.md", "a page"))
	require.Equal(t, first, write("results.jsonl", "{}"))
	require.Equal(t, first, write(".git/x.go", "package x"))
	before := first
	for _, path := range []string{"b.go", "bugs/x.patch", "corpus/x.trace", "go.mod"} {
		after := write(path, "x")
		require.NotEqual(t, before, after, path)
		before = after
	}
	require.NotEqual(t, before, write("a.go", "package b"))
}
