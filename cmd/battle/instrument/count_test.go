package instrument

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/cmd/battle/cache"
	"battle.test/cmd/battle/process"
)

// TestFilesThatDidNotChangeAreNotCountedAgain: they are what the build before made of them.
func TestFilesThatDidNotChangeAreNotCountedAgain(t *testing.T) {
	t.Setenv(cache.Env, t.TempDir())
	kept, err := cache.Open()
	require.NoError(t, err)
	count := func(texts ...string) (counted []string) {
		var files []*source
		for _, text := range texts {
			files = append(files, &source{path: "some.go", content: []byte(text)})
		}
		require.NoError(t, countBlocks(context.Background(), files, kept, "a build"))
		for _, one := range files {
			counted = append(counted, string(one.content))
		}
		return counted
	}
	const one, two, other = "package p\n\nfunc f() {}\n", "package p\n\nfunc g() {}\n", "package p\n\nfunc f(int) {}\n"
	first := count(one, two)
	for _, content := range first {
		require.Contains(t, content, "battleprobe.Count[0]++")
	}
	require.Equal(t, first, count(one, two))

	version, err := process.Go(context.Background(), "", nil, "env", "GOVERSION")
	require.NoError(t, err)
	name := "counted " + string(version) + " a build"
	kept.Save(name, bytes.ReplaceAll(kept.Load(name), []byte("func g()"), []byte("func h()")))
	again := count(other, two)
	require.Contains(t, again[0], "func f(int)")
	require.Contains(t, again[0], "battleprobe.Count[0]++")
	require.Contains(t, again[1], "func h()", "what is kept was not used")

	kept.Save(name, []byte("no document"))
	require.Equal(t, first, count(one, two))
}
