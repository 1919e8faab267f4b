package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
)

// shownCommit is how much of a commit's name a page shows.
const shownCommit = 12

// shortCommit is a commit's name as people read it.
func shortCommit(commit string) string { return commit[:min(shownCommit, len(commit))] }

// codeCommit names the commit of the code in a folder, and says if the code differs from it:
// "0123456789ab", "0123456789ab with changes". Without git or a commit it is "".
func codeCommit(ctx context.Context, dir string) string {
	repo, err := openRepository(ctx, dir)
	if err != nil {
		return ""
	}
	commit, err := repo.commit(ctx, "HEAD")
	if err != nil {
		return ""
	}
	commit = shortCommit(commit)
	output, err := gitCommand(ctx, dir, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", ".")
	if err != nil {
		return ""
	}
	for entry := range bytes.SplitSeq(output, []byte{0}) { // two letters, a blank and a path
		if len(entry) > 3 && isCode(string(entry[3:])) {
			return commit + " with changes"
		}
	}
	return commit
}

// isCode tells whether a file of a checkout is one of those that a fingerprint is of.
func isCode(path string) bool {
	for part := range strings.SplitSeq(filepath.ToSlash(filepath.Dir(path)), "/") {
		if len(part) > 1 && part[0] == '.' {
			return false
		}
	}
	return matters(path)
}

// commits are those that the trials were made of.
func commits(results []trial) string {
	var known []string
	for _, one := range inOrder(results, func(t trial) string { return t.Commit }) {
		if one != "" {
			known = append(known, one)
		}
	}
	switch len(known) {
	case 0:
		return "of no known commit"
	case 1:
		return "commit " + known[0]
	}
	return "commits " + strings.Join(known, ", ")
}
