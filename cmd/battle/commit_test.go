package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheCommitIsMarkedIfTheCodeIsNotThatOfIt(t *testing.T) {
	root := t.TempDir()
	ctx := t.Context()
	require.Empty(t, codeCommit(ctx, root), "no checkout")
	git := func(args ...string) string {
		t.Helper()
		output, err := gitCommand(ctx, root, append([]string{"-c", "user.name=Ada", "-c", "user.email=ada@example.test"}, args...)...)
		require.NoError(t, err)
		return strings.TrimSpace(string(output))
	}
	write := func(path, content string) {
		t.Helper()
		path = filepath.Join(root, path)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	}
	git("init", "-q")
	code := filepath.Join(root, "mod")
	write("mod/a b.go", "package a")
	write("mod/docs/page.md", "a page")
	require.Empty(t, codeCommit(ctx, code), "no commit yet")
	git("add", ".")
	git("commit", "-q", "-m", "first")
	head := git("rev-parse", "HEAD")[:12]
	require.Equal(t, head, codeCommit(ctx, code))

	write("mod/docs/page.md", "another")
	write("mod/.ci/x.go", "package x")
	write("other/b.go", "package b")
	require.Equal(t, head, codeCommit(ctx, code), "of the code nothing has changed")
	write("mod/bugs/new.patch", "untracked")
	require.Equal(t, head+" with changes", codeCommit(ctx, code))
	require.NoError(t, os.Remove(filepath.Join(root, "mod/bugs/new.patch")))
	require.NoError(t, os.Remove(filepath.Join(root, "mod/a b.go")))
	require.Equal(t, head+" with changes", codeCommit(ctx, code))
}

func TestThePagesNameTheCommitsOfTheirTrials(t *testing.T) {
	one := racedAt("lock", "explore", 1)
	require.Contains(t, string(benchPage([]trial{one}, sixty, "", []string{"bench.svg"})), "\na machine, 2026-11-25, of no known commit.\n")
	one.Commit = "0123456789ab"
	two := one
	two.Engine, two.Commit = "rapid", "ba9876543210 with changes"
	require.Contains(t, string(bugPage(nil, []trial{one, one}, sixty, "", false)), "\na machine, 2026-11-25, commit 0123456789ab.\n")
	require.Contains(t, string(benchPage([]trial{one, two}, sixty, "", []string{"bench.svg"})), "\na machine, 2026-11-25, commits 0123456789ab, ba9876543210 with changes.\n")
}
