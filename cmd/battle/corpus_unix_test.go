//go:build linux || darwin

package main

import (
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// fillDisk makes a write fail behind the first few bytes of a file, as a full disk does, until
// the test is over.
func fillDisk(t *testing.T, bytes uint64) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	var before syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before))
	full := before
	full.Cur = bytes
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full))
	t.Cleanup(func() {
		require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before))
		signal.Reset(syscall.SIGXFSZ)
	})
}

// Half a trace is a trace, too, of which nobody knows that it fails no more.
func TestATraceIsAddedWholeOrNotAtAll(t *testing.T) {
	w := &workshop{root: t.TempDir()}
	of := target{Name: "kv", description: &battle.Description{OwnCorpus: true}}
	trace := strings.Repeat("put key=1\n", 100)
	path, err := w.addTrace(of, "seeds", "whole", "why\nit is here", trace)
	require.NoError(t, err)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "# why\n# it is here\n"+trace, string(content))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o644), info.Mode())
	_, err = w.addTrace(of, "seeds", "whole", "", "another\n")
	require.ErrorIs(t, err, fs.ErrExist)

	fillDisk(t, 500)
	_, err = w.addTrace(of, "seeds", "cut", "", trace)
	require.ErrorIs(t, err, syscall.EFBIG)
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1, "the one that is whole")
}
