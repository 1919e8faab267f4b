package instrument

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"battle.test/cmd/battle/cache"
	"golang.org/x/tools/go/packages"
)

const stepsPattern = "./testdata/steps"

func stepsOf(t *testing.T, overlay map[string][]byte) (files map[string][]byte, path string) {
	t.Helper()
	path, err := filepath.Abs("testdata/steps/steps.go")
	require.NoError(t, err)
	files, err = Steps(context.Background(), ".", overlay, []string{stepsPattern})
	require.NoError(t, err)
	require.Len(t, files, 1)
	return files, path
}

func requireCompiles(t *testing.T, overlay map[string][]byte) {
	t.Helper()
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedTypes | packages.NeedSyntax | packages.NeedImports | packages.NeedDeps | packages.NeedName, Overlay: overlay,
	}, stepsPattern)
	require.NoError(t, err)
	require.Empty(t, loaded[0].Errors)
}

func TestTheStepsAreThoseOfTheGoldenFile(t *testing.T) {
	const golden = "testdata/steps.golden"
	files, path := stepsOf(t, nil)
	if *update {
		require.NoError(t, os.WriteFile(golden, files[path], 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), string(files[path]))
	requireCompiles(t, files)
}

// Only what the cases of a select name goes up, to the line of the select.
func TestStepsLeaveLinesWhereTheyAre(t *testing.T) {
	files, path := stepsOf(t, nil)
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	is := strings.Split(string(files[path]), "\n")
	for i, line := range strings.Split(string(before), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "case ") {
			line = "case"
		}
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return !unicode.IsLetter(r) }) {
			require.Contains(t, strings.ToLower(is[i]), strings.ToLower(word), "line %d", i+1)
		}
	}
}

// What is instrumented keeps its counters, comparisons and pauses; the texts of the steps are
// as if it were not.
func TestStepsGoIntoInstrumentedSources(t *testing.T) {
	r, err := Packages(context.Background(), ".", nil, []string{stepsPattern}, &cache.Cache{})
	require.NoError(t, err)
	plain, path := stepsOf(t, nil)
	files, _ := stepsOf(t, r.Files)
	table := func(content []byte) string {
		_, after, _ := strings.Cut(string(content), "battlestep.Load(")
		return after
	}
	require.Equal(t, table(plain[path]), table(files[path]))
	require.Contains(t, string(files[path]), "battleprobe.Shared(")
	requireCompiles(t, maps.Clone(files))
}

func TestFilesWithoutStepsStay(t *testing.T) {
	path, err := filepath.Abs("testdata/steps/steps.go")
	require.NoError(t, err)
	files, err := Steps(context.Background(), ".", map[string][]byte{path: []byte("package steps\n")}, []string{stepsPattern})
	require.NoError(t, err)
	require.Empty(t, files)
}
