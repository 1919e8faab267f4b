package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFilesOfAFolderThatMayBeTraces(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"in/a.trace", "in/deep/b", "in/.git/c", "in/.d", "in/e.output", "in/e.quoted", "in/f.json", "in/f.txtar", "in/f.html", "in/g.json", "in/suppressions/g", "out/f"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o644))
	}
	w := &workshop{dir: dir}
	files, errs := w.filesBelow("in")
	require.Equal(t, []string{filepath.Join("in", "a.trace"), filepath.Join("in", "deep", "b"), filepath.Join("in", "f.txtar"), filepath.Join("in", "g.json")}, files)
	require.Empty(t, errs)
	files, errs = w.filesBelow(filepath.Join("in", ".d")) // which somebody asked for
	require.Len(t, files, 1)
	require.Empty(t, errs)
	files, errs = w.filesBelow(filepath.Join("in", "f.html")) // likewise
	require.Len(t, files, 1)
	require.Empty(t, errs)
	files, errs = w.filesBelow("nowhere")
	require.Empty(t, files)
	require.Len(t, errs, 1)

	if err := os.Symlink(filepath.Join(dir, "out"), filepath.Join(dir, "in", "folder")); err != nil {
		return // Windows allows that to few
	}
	require.NoError(t, os.Symlink("nothing", filepath.Join(dir, "in", "dangling")))
	files, errs = w.filesBelow("in")
	require.Len(t, files, 4)
	require.Len(t, errs, 2)
	require.ErrorContains(t, errs[1], "folder: want a file or a folder, got d")
}
