package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
	"github.com/stretchr/testify/require"
)

const silentBug = `# bug: silent
# room: counter
# targets: counter, other
# breaks: Nothing.
# seen: here
# story: It does
# story: nothing.

diff --git a/counter.go b/counter.go
--- a/counter.go
+++ b/counter.go
@@ -16,3 +16,3 @@
 	if c.value < 150 {
-		return c.value
+		return c.value + 0
 	}
`

// bugModule is a counter module with patches in bugs/.
func bugModule(t *testing.T, patches map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	source, err := os.ReadFile(filepath.Join("testdata", "module", "counter.go"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "counter.go"), source, 0o644))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "bugs"), 0o755))
	for name, text := range patches {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "bugs", name+".patch"), []byte(text), 0o644))
	}
	return dir
}

func TestReadBug(t *testing.T) {
	dir := bugModule(t, map[string]string{"silent": silentBug})
	b, err := readBug(dir, "silent")
	require.NoError(t, err)
	require.Equal(t, "silent", b.name)
	require.Equal(t, "counter", b.room)
	require.Equal(t, []string{"counter", "other"}, b.targets)
	require.Equal(t, "Nothing.", b.breaks)
	require.Equal(t, "here", b.seen)
	require.Equal(t, "It does nothing.", b.story)
}

func TestReadBugRefusesBadHeaders(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"another name", "# bug: silent", "# bug: loud", "the header must give bug (x)"},
		{"no story", "# story: It does\n# story: nothing.\n", "", "and story"},
		{"no targets", "# targets: counter, other\n", "", "targets"},
		{"an unknown key", "# seen: here", "# saw: here", `x.patch:5: unknown key "saw", want bug, room`},
		{"no key", "# seen: here", "# here", `x.patch:5: got "# here", want a header line`},
		{"no comment", "# seen: here", "seen: here", `x.patch:5: got "seen: here", want a header line`},
		{"CRLF", "\n", "\r\n", "x.patch:1: a carriage return"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.ReplaceAll(strings.Replace(silentBug, "bug: silent", "bug: x", 1), strings.Replace(c.from, "bug: silent", "bug: x", 1), c.to)
			dir := bugModule(t, map[string]string{"x": text})
			b, err := readBug(dir, "x")
			if err == nil { // its header will do
				_, _, err = b.apply(dir)
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestReadBugListsTheOthers(t *testing.T) {
	dir := bugModule(t, map[string]string{"b": silentBug, "a": silentBug})
	_, err := readBug(dir, "c")
	require.EqualError(t, err, `no planted bug "c": there are a, b`)
}

func TestApplyRefusesPatchesThatDoNotFit(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"another line", "c.value < 150", "c.value < 151", "bugs/silent.patch does not fit counter.go any more"},
		{"lines that are there twice", "@@ -16,3 +16,3 @@\n \tif c.value < 150 {\n-\t\treturn c.value\n+\t\treturn c.value + 0\n \t}", "@@ -1,1 +1,1 @@\n-\t}\n+\t};", "its lines, once at 1, are there 2 times"},
		{"no such file", "counter.go", "nosuch.go", "nosuch.go"},
		{"cut short", " \t}\n", "", "bugs/silent.patch: "},
		{"no patch", silentBug[strings.Index(silentBug, "diff"):], "", "bugs/silent.patch changes no file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := bugModule(t, map[string]string{"silent": strings.ReplaceAll(silentBug, c.from, c.to)})
			before, err := os.ReadFile(filepath.Join(dir, "counter.go"))
			require.NoError(t, err)
			b, err := readBug(dir, "silent")
			require.NoError(t, err)
			_, _, err = b.apply(dir)
			require.ErrorContains(t, err, c.want)
			after, err := os.ReadFile(filepath.Join(dir, "counter.go"))
			require.NoError(t, err)
			require.Equal(t, before, after)
		})
	}
}

// An edit further up in a file must not make its planted bugs stale.
func TestApplyFindsItsPlace(t *testing.T) {
	want, lines, err := (&bug{name: "silent", patch: []byte(silentBug)}).apply(bugModule(t, nil))
	require.NoError(t, err)
	require.Equal(t, map[string][]int{"counter.go": {20}}, lines, "where it fits by now")
	for _, place := range []string{"@@ -17,3 +17,3 @@", "@@ -1,3 +1,3 @@", "@@ -1600,3 +1600,3 @@"} {
		b := &bug{name: "silent", patch: []byte(strings.Replace(silentBug, "@@ -16,3 +16,3 @@", place, 1))}
		got, _, err := b.apply(bugModule(t, nil))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// Added lines are changed ones, and where lines are only gone, the next one is. Positions are
// those of the patched file.
func TestChangedLinesAreThoseOfThePatchedFile(t *testing.T) {
	files, _, err := gitdiff.Parse(strings.NewReader(`diff --git a/x b/x
--- a/x
+++ b/x
@@ -10,3 +10,5 @@
 a
-b
+b1
+b2
+b3
 c
@@ -20,4 +22,3 @@
 d
-e
 f
 g
@@ -30,2 +31,3 @@
 h
+i
 j
`))
	require.NoError(t, err)
	require.Equal(t, []int{11, 12, 13, 23, 32}, changedLines(files[0]))
}

func TestPlantLeavesTheModuleAlone(t *testing.T) {
	dir := bugModule(t, map[string]string{"silent": silentBug})
	before, err := os.ReadFile(filepath.Join(dir, "counter.go"))
	require.NoError(t, err)
	p, err := plant(dir, "silent")
	require.NoError(t, err)
	after, err := os.ReadFile(filepath.Join(dir, "counter.go"))
	require.NoError(t, err)
	require.Equal(t, before, after)

	path, err := writeOverlay(t.TempDir(), p.files)
	require.NoError(t, err)
	document, err := os.ReadFile(path)
	require.NoError(t, err)
	var overlay struct{ Replace map[string]string }
	require.NoError(t, json.Unmarshal(document, &overlay))
	planted, err := os.ReadFile(overlay.Replace[filepath.Join(dir, "counter.go")])
	require.NoError(t, err)
	require.Equal(t, strings.Replace(string(before), "return c.value\n\t}\n\tswitch", "return c.value + 0\n\t}\n\tswitch", 1), string(planted))
}

func TestOfManyNamesThoseAlikeAreListed(t *testing.T) {
	few := []string{"ring-a", "tip-a", "tip-b"}
	require.Equal(t, "ring-a, tip-a, tip-b", akin("tip-c", few))
	many := few
	for i := range 20 {
		many = append(many, fmt.Sprint("wire-", i))
	}
	require.Equal(t, "tip-a, tip-b, and 21 others", akin("tip-c", many))
	require.Equal(t, strings.Join(many, ", "), akin("nothing", many))
}
