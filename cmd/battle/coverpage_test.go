package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/explore/probe"
)

func TestCoverPageIsWellFormed(t *testing.T) {
	dir := t.TempDir()
	w := &workshop{dirs: map[string]string{"m/p": dir}}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.go"), []byte("package p // "+nasty+"\n\nfunc f() { g() }\nfunc h() {}\n"), 0o644))
	g := newGround()
	g.add([]probe.Block{{File: "m/p/a.go", Line: 3, Last: 3}, {File: "m/p/a.go", Line: 4, Last: 4}}, []int{12, 0})
	all := &covered{
		Targets:  []coveredTarget{{Name: nasty, Traces: 12, Kinds: []string{nasty}, Missing: []string{nasty}, Failing: []failed{{nasty, nasty}}}},
		Packages: g.packages(),
	}
	path := filepath.Join(t.TempDir(), "new", "page.html")
	require.NoError(t, w.writeCoverPage(path, all, g))
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	text, names := readXML(t, page)
	require.Zero(t, names["script"]+names["link"]+names["img"], "the page needs nothing but itself")
	require.NotContains(t, string(page), "ZgotmplZ")
	require.Contains(t, text, "   3    12   func f() { g() }")
	require.Contains(t, text, "   4     0 ▌ func h() {}")
	require.Contains(t, text, nasty+" fails: "+nasty)
	require.Contains(t, string(page), `<span class="never">`)
	require.Regexp(t, `href="[^"]*/a\.go#L3"`, string(page))

	all.Packages, all.Targets = nil, nil
	require.NoError(t, w.writeCoverPage(path, all, g))
	page, err = os.ReadFile(path)
	require.NoError(t, err)
	text, _ = readXML(t, page)
	require.Contains(t, text, "No blocks were counted")

	require.NoError(t, os.Remove(filepath.Join(dir, "a.go")))
	all.Packages = g.packages()
	require.ErrorContains(t, w.writeCoverPage(path, all, g), "-html: ")
}
