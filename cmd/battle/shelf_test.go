package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

func shelfOf(t *testing.T) (s *shelf, dir string) {
	t.Helper()
	w := &workshop{root: t.TempDir()}
	of := target{Name: "kv", description: &battle.Description{OwnCorpus: true}}
	s = w.shelf(of, []battle.CorpusItem{
		{File: "kv/regressions/a.trace", Trace: "put key=1\n"},
		{File: "kv/regressions/a-2.trace", Trace: "put key=2\n"},
		{File: "kv/seeds/b.trace", Trace: "put key=1\n"},
	})
	return s, w.corpusDir(of)
}

func TestATraceIsFoundByWhatItSays(t *testing.T) {
	s, _ := shelfOf(t)
	require.Equal(t, "kv/regressions/a.trace", s.holder("regressions", "new", "put key=1\n"))
	require.Equal(t, "kv/seeds/b.trace", s.holder("seeds", "b", "put key=1\n"), "of its own name")
	require.Equal(t, "kv/regressions/a-2.trace", s.holder("regressions", "a", "put key=2\n"))
	require.Empty(t, s.holder("regressions", "a", "put key=3\n"))
	s.put("kv/seeds/c.trace", "put key=3\n")
	require.Equal(t, "kv/seeds/c.trace", s.holder("regressions", "a", "put key=3\n"))
}

func TestANewTraceNeverTakesTheNameOfAnother(t *testing.T) {
	s, dir := shelfOf(t)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "seeds"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "seeds", "broken.trace"), []byte("?"), 0o644))
	for _, c := range []struct{ kind, name, free string }{
		{"regressions", "c", "c"},
		{"regressions", "a", "a-3"},
		{"seeds", "a", "a"},
		{"seeds", "b", "b-2"},
		{"seeds", "broken", "broken-2"}, // which no item is of
	} {
		free, err := s.free(c.kind, c.name)
		require.NoError(t, err)
		require.Equal(t, c.free, free)
	}
}
