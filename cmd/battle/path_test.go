package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What lies below the folder that the user is in is named from there, however he named it.
func TestPathsAreShownAsSeenFromWhereTheUserIs(t *testing.T) {
	root := realPath(t.TempDir())
	here := filepath.Join(root, "here")
	require.NoError(t, os.MkdirAll(filepath.Join(here, "module"), 0o755))
	t.Chdir(here)
	for _, c := range []struct{ dir, path, want string }{
		{here, "a.json", "a.json"},
		{here, filepath.Join(here, "a.json"), "a.json"},
		{here, "./b/../a.json", "a.json"},
		{filepath.Join(here, "module"), "a.json", filepath.Join("module", "a.json")}, // battle -C module
		{here, "../a.json", filepath.Join(root, "a.json")},
		{here, "..a.json", "..a.json"},
		{filepath.Join(root, "hereafter"), "a.json", filepath.Join(root, "hereafter", "a.json")},
	} {
		require.Equal(t, c.want, shown(from(c.dir, c.path)), c)
	}
}

// A folder, a file in it, one that is not there: all errors name them alike.
func TestErrorsOfFindingsNameTheirFilesOneWay(t *testing.T) {
	root := realPath(t.TempDir())
	t.Chdir(root)
	module := filepath.Join(root, "module")
	require.NoError(t, os.MkdirAll(filepath.Join(module, "findings"), 0o755))
	for name, content := range map[string]string{"a.json": "{", "b.json": `{"target":"x"}`, "c.txtar": "nothing"} {
		require.NoError(t, os.WriteFile(filepath.Join(module, "findings", name), []byte(content), 0o644))
	}
	w := &workshop{dir: module}
	_, errs := w.readFindings([]string{"findings", filepath.Join(module, "findings", "a.json"), "nowhere"})
	require.Len(t, errs, 5)
	for i, want := range []string{"findings/a.json:", "findings/b.json:", "findings/c.txtar:", "findings/a.json:", "nowhere:"} {
		require.Contains(t, errs[i].Error(), filepath.Join("module", filepath.FromSlash(want)))
		require.NotContains(t, errs[i].Error(), root)
	}
	for _, read := range []func(string) error{
		func(path string) error { _, err := w.readHunt(path); return err },
		func(path string) error { _, errs := w.readEarlierReport(path); return errs[0] },
	} {
		for _, path := range []string{"nowhere.json", "findings/a.json"} {
			err := read(path)
			require.ErrorContains(t, err, filepath.Join("module", filepath.FromSlash(path)))
			require.NotContains(t, err.Error(), root)
		}
	}
}
