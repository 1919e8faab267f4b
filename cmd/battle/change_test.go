package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The tests of fuzz import ring and a package with files embedded.
func TestChangedFilesTouchWhatIsBuiltFromThem(t *testing.T) {
	root := t.TempDir()
	at := func(path string) string { return filepath.Join(root, filepath.FromSlash(path)) }
	tests := reach{
		at("m/fuzz"):   {own: true, embeds: []string{"golden/*.txt"}},
		at("m/ring"):   {},
		at("m/corpus"): {embeds: []string{"all:ring", "*.md"}},
	}
	for file, want := range map[string]bool{
		"m/ring/ring.go":                 true,
		"m/ring/copy_amd64.s":            true,
		"m/ring/ring_test.go":            false, // of another package
		"m/ring/README.md":               false,
		"m/ring/testdata/x":              false,
		"m/ring/inner/inner.go":          false, // a package that nothing imports
		"m/ringing/ring.go":              false,
		"m/fuzz/ring.go":                 true,
		"m/fuzz/ring_test.go":            true,
		"m/fuzz/testdata/fuzz/FuzzX/1":   true,
		"m/fuzz/golden/a.txt":            true,
		"m/fuzz/golden/a.bin":            false,
		"m/corpus/ring/seeds/a.trace":    true,
		"m/corpus/tip/seeds/a.trace":     false,
		"m/corpus/README.md":             true,
		"m/go.mod":                       true,
		"m/go.sum":                       true,
		"go.work":                        true,
		"m/tools/go.mod":                 false,
		"m/ring/go.mod":                  true,
		"m/Makefile":                     false,
		"m/other/other.go":               false,
		"elsewhere/ring/ring.go":         false,
		"m/fuzz/golden/deeper/still.txt": false,
	} {
		require.Equal(t, want, tests.touches(at(file)), file)
	}
}

// The tests of a, which are outside of it, import b, which imports a: the go command lists b only as
// it is built for these tests.
func TestPackagesBuiltForTestsAloneAreReached(t *testing.T) {
	dir := realPath(t.TempDir())
	for name, content := range map[string]string{
		"go.mod":       "module example.test/m\n\ngo 1.26\n",
		"a/a.go":       "package a\n",
		"a/in_test.go": "package a\n",
		"a/a_test.go":  "package a_test\n\nimport _ \"example.test/m/b\"\n",
		"b/b.go":       "package b\n\nimport _ \"example.test/m/a\"\n",
		"c/c.go":       "package c\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	}
	w := &workshop{dir: dir}
	found, err := w.reaches(t.Context(), []string{"example.test/m/a"})
	require.NoError(t, err)
	tests := found["example.test/m/a"]
	require.True(t, tests.touches(filepath.Join(dir, "a", "a_test.go")))
	require.True(t, tests.touches(filepath.Join(dir, "b", "b.go")))
	require.False(t, tests.touches(filepath.Join(dir, "c", "c.go")))
}

// A folder for findings in which the work goes on must not hide the change.
func TestWhatTheCommandWritesIsNoChange(t *testing.T) {
	dir := t.TempDir()
	git := func(args ...string) {
		_, err := gitCommand(t.Context(), dir, append([]string{"-c", "user.name=Ada", "-c", "user.email=ada@example.test"}, args...)...)
		require.NoError(t, err)
	}
	git("init", "-q")
	git("commit", "-q", "--allow-empty", "-m", "base")
	for _, name := range []string{"a/a.go", "found/x.json", "out.sarif"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, nil, 0o644))
	}
	for _, c := range []struct{ own, want []string }{
		{nil, []string{"a/a.go", "found/x.json", "out.sarif"}},
		{[]string{"found", "out.sarif"}, []string{"a/a.go"}},
		{[]string{".", "found"}, []string{"a/a.go", "out.sarif"}},
		{[]string{".."}, []string{"a/a.go", "found/x.json", "out.sarif"}},
	} {
		var own []string
		for _, path := range c.own {
			own = append(own, from(dir, path))
		}
		got, err := readChange(t.Context(), dir, "HEAD", own...)
		require.NoError(t, err)
		require.Equal(t, c.want, got.files, c.own)
	}
}

// A fuzz function that only changes, or has another file or package now, is not gone.
func TestTargetsThatAreGoneAreNamed(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte("package x\n\nimport \"battle.test/battle\"\n\n"+text), 0o644))
	}
	fuzz := func(name string) string { return "func " + name + "(f *testing.F) { battle.Fuzz(f, X) }\n" }
	write("a/a_test.go", fuzz("FuzzStays")+fuzz("FuzzToFile")+fuzz("FuzzToPackage")+fuzz("FuzzGoes")+"func FuzzOther() {}\n")
	write("b/b_test.go", fuzz("FuzzGoesWithItsFolder"))
	write("c/c_test.go", fuzz("FuzzThatCantBeRead"))
	git := func(args ...string) {
		_, err := gitCommand(t.Context(), dir, append([]string{"-c", "user.name=Ada", "-c", "user.email=ada@example.test"}, args...)...)
		require.NoError(t, err)
	}
	git("init", "-q")
	git("add", "-A")
	git("commit", "-q", "-m", "base")
	write("a/a_test.go", fuzz("FuzzStays"))
	write("a/file_test.go", fuzz("FuzzToFile"))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "b")))
	write("c/c_test.go", "func (")

	c, err := readChange(t.Context(), dir, "HEAD")
	require.NoError(t, err)
	require.Equal(t, []string{"FuzzGoes of a/a_test.go", "FuzzGoesWithItsFolder of b/b_test.go"}, c.gone(t.Context(), []target{{Func: "FuzzToPackage"}}))
}
