package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// write makes files in a new folder.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return string(content)
}

func TestCopyModule(t *testing.T) {
	root := write(t, map[string]string{
		"go.mod": "module example.test/m\n\ngo 1.26.0\n\nreplace (\n\ta.test/a => ../a\n\tb.test/b v1.0.0 => ./b\n\tc.test/c => d.test/d v1.2.3\n)\n",
		"m.go":   "package m\n", "deep/n.go": "package deep\n",
		".git/config": "x", "bin/tool": "x", "findings/f.txtar": "x",
	})
	to := t.TempDir()
	require.NoError(t, copyModule(t.Context(), root, to, map[string][]byte{"deep/n.go": []byte("package changed\n")}))
	require.Equal(t, "package m\n", read(t, to, "m.go"))
	require.Equal(t, "package changed\n", read(t, to, "deep", "n.go"))
	require.Equal(t, "package deep\n", read(t, root, "deep", "n.go"))
	for _, left := range []string{".git", "bin", "findings"} {
		require.NoDirExists(t, filepath.Join(to, left))
	}
	file := read(t, to, "go.mod")
	require.Contains(t, file, "a.test/a => "+filepath.Join(filepath.Dir(root), "a")+"\n")
	require.Contains(t, file, "b.test/b v1.0.0 => ./b\n", "it was copied, too")
	require.Contains(t, file, "c.test/c => d.test/d v1.2.3\n")
}

// go-fuzz-build copies what is embedded as one file: such lines may stay.
func TestDropEmbeds(t *testing.T) {
	const one = "package m\n\nimport _ \"embed\"\n\n//go:embed text.txt\nvar text string\n"
	const folder = "package m\n\nimport \"embed\"\n\n// FS has traces.\n//\n//go:embed corpus\nvar FS embed.FS\n"
	dir := write(t, map[string]string{
		"text.txt": "x", "corpus/a.trace": "x",
		"one.go": one, "folder.go": folder, "folder_test.go": folder,
		"several.go": "package m\n\n//go:embed text.txt corpus/*.trace\nvar more embed.FS\n",
	})
	dropped, err := dropEmbeds(dir)
	require.NoError(t, err)
	require.Equal(t, []string{"folder.go", "several.go"}, dropped)
	require.Equal(t, one, read(t, dir, "one.go"))
	require.Equal(t, folder, read(t, dir, "folder_test.go"))
	require.Equal(t, "package m\n\nimport \"embed\"\n\n// FS has traces.\n//\n\nvar FS embed.FS\n", read(t, dir, "folder.go"))
}

func TestSpaceDirectives(t *testing.T) {
	const (
		file   = "package m\n\nfunc f() {\n\tg()\n}\n\n//go:noinline\nfunc g() {}\n\n// h is short.\n//\n//go:nosplit\n//go:noinline\nfunc h() {}\n"
		spaced = "package m\n\nfunc f() {\n\tg()\n}\n\n" + farOff + "//go:noinline\nfunc g() {}\n\n// h is short.\n//\n" + farOff + "//go:nosplit\n" + farOff + "//go:noinline\nfunc h() {}\n"
		text   = "//go:build linux\n\npackage m\n\nconst text = `\n//go:noinline\nfunc g() {}`\n\n//go:generate true\n"
	)
	require.Equal(t, spaced, string(spaceDirectives([]byte(file))))
	require.Equal(t, text, string(spaceDirectives([]byte(text))), "no function's")
	require.Equal(t, "func\n//go:noinline\n", string(spaceDirectives([]byte("func\n//go:noinline\n"))), "no Go")
}
