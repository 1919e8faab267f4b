package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/cmd/battle/report"
)

// The text of a finding is read as its twin is, apart from what only the twin has.
func TestAFindingsTextSaysWhatItsTwinDoes(t *testing.T) {
	f := &battle.Finding{
		ID: "ring-0123abcd", Target: "ring", Package: "example.test/fuzz",
		Failure: battle.Failure{
			Kind: battle.Mismatch, Message: "differs\nin two lines", Expected: "a", Actual: "b\nc", Diff: "-a\n+b\n", Story: "first\nand then\n",
			Place: "example.test/fuzz/ring.go:12", Func: "example.test/fuzz.(*Read).Apply", Op: "read", Moment: 1, Stack: "f\n\tx/y.go:3\n",
		},
		Trace:  []string{"append n=1", "read offset=-1"},
		Replay: "go run battle.test/cmd/battle replay -package example.test/fuzz -target ring 'append n=1; read offset=-1'",
		GoTest: "package fuzz\n\nfunc TestRingRegression_0123abcd(t *testing.T) {}\n",
	}
	read, err := parseFinding("renamed.txtar", f.Text())
	require.NoError(t, err)
	require.Equal(t, f, read)

	f.Op, f.Moment, f.Trace, f.Place, f.Failure.Func, f.GoTest, f.ID = "", 0, nil, "", "", "", "renamed"
	read, err = parseFinding("renamed.txtar", f.Text())
	require.NoError(t, err)
	require.Equal(t, f, read)
}

// Places are those of the repository, whatever a finding says: a file outside, or one that is
// not there, is nowhere.
func TestPlacesLieInTheRepository(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "repo", "mod", "fuzz"), 0o755))
	for _, name := range []string{"outside.go", "repo/mod/fuzz/ring.go", "repo/mod/top.go"} {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte("package x\n"), 0o644))
	}
	test := []byte("package x\n\n// FuzzRing …\nfunc FuzzRing() {}\n")
	require.NoError(t, os.WriteFile(filepath.Join(root, "repo", "mod", "fuzz", "ring_test.go"), test, 0o644))
	g := &gazetteer{root: realPath(filepath.Join(root, "repo")), modules: map[string]string{
		"example.test/mod": filepath.Join(root, "repo", "mod"), "example.test": root,
	}}
	for place, want := range map[string]string{
		"example.test/mod/fuzz/ring.go:12":       "mod/fuzz/ring.go:12",
		"example.test/mod/top.go:1":              "mod/top.go:1",
		"example.test/modest/top.go:1":           "",
		"example.test/outside.go:1":              "",
		"example.test/mod/../../../outside.go:1": "",
		"example.test/mod/fuzz/gone.go:12":       "",
		"example.test/mod/fuzz/ring.go":          "",
		"example.test/mod/fuzz/ring.go:0":        "",
		"example.test/mod/fuzz:1":                "",
		"strings/strings.go:624":                 "",
		"":                                       "",
	} {
		require.Equal(t, want, g.place(place).String(), place)
	}
	f := &battle.Finding{Package: "example.test/mod/fuzz", Func: "FuzzRing", Failure: battle.Failure{Place: "strings/strings.go:624"}}
	require.Equal(t, report.Place{File: "mod/fuzz/ring_test.go", Line: 4}, g.locate(f))
	f.Stack = "strings.Repeat\n\tstrings/strings.go:624\nx.y\n\texample.test/mod/top.go:7\n"
	require.Equal(t, report.Place{File: "mod/top.go", Line: 7}, g.locate(f))
}
