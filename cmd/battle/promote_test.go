package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAPromotedTraceNeverTakesTheNameOfAnother(t *testing.T) {
	dir := t.TempDir()
	write := func(name, trace string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".trace"), []byte(trace), 0o644))
	}
	write("a", "# why\nput key=1\n\nget key=1\n")
	write("a-2", "put key=2\n")
	for _, c := range []struct {
		name, trace string
		free        string
		isNew       bool
	}{
		{"b", "put key=1\n", "b", true},
		{"a", "# another comment\nput key=1\nget key=1\n", "a", false},
		{"a", "put key=2\n", "a-2", false},
		{"a", "put key=3\n", "a-3", true},
	} {
		free, isNew, err := freeName(dir, c.name, c.trace)
		require.NoError(t, err)
		require.Equal(t, c.free, free, c.trace)
		require.Equal(t, c.isNew, isNew, c.trace)
	}
}
