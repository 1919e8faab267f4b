package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What takes long finds out at its start whether its result can be written.
func TestWhereResultsGoIsCheckedFirst(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module x\n"), 0o644))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "bugs"), 0o755))
	round := roundFlags{Budget: 1, Seeds: 1, Engine: []string{"explore"}, Markdown: "file/x"}
	line := &commandLine{Dir: dir}
	for flag, command := range map[string]interface {
		Run(context.Context, *commandLine) error
	}{
		"-html":     &explainCommand{source: source{Trace: "a"}, Budget: 1, HTML: "file/x"},
		"-svg":      &explainCommand{source: source{Trace: "a"}, Budget: 1, SVG: "file/x"},
		"-out":      &minimizeCommand{source: source{Trace: "a"}, Out: "file/x"},
		"-markdown": &benchCommand{roundFlags: round, Names: []string{"x"}, Tasks: "."},
	} {
		require.ErrorContains(t, command.Run(t.Context(), line), flag+": mkdir "+filepath.Join(dir, "file")+":")
	}
	require.NoError(t, writableFile("-html", dir, ""))
	require.NoError(t, writableFile("-html", dir, "page.html"))
}

func TestBenchNamesTheFolderOfTasksThatIsNotThere(t *testing.T) {
	_, _, err := (&benchCommand{Tasks: "nowhere"}).arenas(t.Context(), t.TempDir(), "nowhere")
	require.ErrorContains(t, err, "-tasks nowhere: stat nowhere:")
}

// A word may be a trace of one update, or a file that is not there.
func TestAWordThatIsNoFileIsNamedAsThat(t *testing.T) {
	request, err := (&source{Trace: "crash-1"}).read(t.TempDir())
	require.NoError(t, err)
	require.Equal(t, "no file crash-1, so a trace", request.File)
	request, err = (&source{Trace: "append length=1"}).read(t.TempDir())
	require.NoError(t, err)
	require.Equal(t, "trace", request.File)
}

// A trace that fails is no trace of one corpus alone.
func TestDiffNamesFailuresOnce(t *testing.T) {
	d := &difference{Target: "ring", A: differing{Path: "a", Traces: 1, Failing: []failed{{"a/x", "it fails"}}}, B: differing{Path: "b", Traces: 1}, Both: []sharedFile{{"a/x", "b/x"}}}
	require.Equal(t, `ring: 1 trace in a, 1 trace in b, 1 in both
a/x fails: it fails

only in a: 0 traces
reached by it alone: nothing

only in b: 0 traces
reached by it alone: nothing
`, d.text())
}
