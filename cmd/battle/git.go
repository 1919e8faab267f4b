package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"battle.test/cmd/battle/process"
)

// A repository is a git checkout. Nothing here changes it.
type repository struct {
	root string // of the checkout
}

// openRepository finds the checkout that a folder lies in. Its error says what is missing:
// git, or a checkout.
func openRepository(ctx context.Context, dir string) (*repository, error) {
	output, err := gitCommand(ctx, dir, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	return &repository{filepath.FromSlash(strings.TrimSpace(string(output)))}, nil
}

func (r *repository) git(ctx context.Context, args ...string) ([]byte, error) {
	return gitCommand(ctx, r.root, args...)
}

// gitCommand runs git and returns its output. Hooks do not run: they are for people. Neither
// does what git would leave behind in the checkout.
func gitCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	return gitWith(ctx, dir, nil, args...)
}

// gitWith is the same with more variables.
func gitWith(ctx context.Context, dir string, env []string, args ...string) ([]byte, error) {
	quiet := []string{"-c", "core.hooksPath=" + os.DevNull, "-c", "core.fsmonitor=false", "-c", "core.splitIndex=false"}
	cmd := process.Command(ctx, "git", append(quiet, args...)...)
	process.HearOut(cmd)
	cmd.Dir = dir
	cmd.Env = append(process.Environment(cmd), "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0")
	cmd.Env = append(cmd.Env, env...)
	var output, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &said
	err := process.Run(cmd)
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errors.New("git is not on the path")
	}
	if err != nil {
		return nil, fmt.Errorf("git %s: %w: %s", args[0], err, firstLine(strings.TrimSpace(said.String())))
	}
	return output.Bytes(), nil
}

// commit is the full name of a revision's commit.
func (r *repository) commit(ctx context.Context, revision string) (string, error) {
	if strings.HasPrefix(revision, "-") { // git would take it for a flag
		return "", fmt.Errorf("%q is no revision", revision)
	}
	output, err := r.git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if err != nil {
		return "", fmt.Errorf("no revision %q in %s (in a shallow clone it may lie beyond what was fetched)", revision, r.root)
	}
	return strings.TrimSpace(string(output)), nil
}

// mergeBase is where the work on the checkout parted from a revision.
func (r *repository) mergeBase(ctx context.Context, revision string) (string, error) {
	output, err := r.git(ctx, "merge-base", "HEAD", revision)
	if err != nil {
		return "", r.beyond(ctx, fmt.Errorf("HEAD and %s have no commit in common: %w", revision, err))
	}
	return strings.TrimSpace(string(output)), nil
}

// beyond adds to an error what often is the reason: that a clone has but the last commits.
func (r *repository) beyond(ctx context.Context, err error) error {
	output, failed := r.git(ctx, "rev-parse", "--is-shallow-repository")
	if failed == nil && strings.TrimSpace(string(output)) == "true" {
		return fmt.Errorf("%w. This clone is shallow: fetch the whole history (git fetch --unshallow; of actions/checkout: fetch-depth: 0)", err)
	}
	return err
}

// differences are the files that differ from a commit: committed since, changed, or new and
// not ignored. Of a file that has moved they have both names. It tells whether some of that is not
// committed.
func (r *repository) differences(ctx context.Context, commit string) (files []string, dirty bool, err error) {
	for _, args := range [][]string{
		{"diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", commit, "--"},
		{"ls-files", "-z", "--others", "--exclude-standard"},
	} {
		output, err := r.git(ctx, args...)
		if err != nil {
			return nil, false, err
		}
		for name := range strings.SplitSeq(string(output), "\x00") {
			if name != "" {
				files = append(files, name)
			}
		}
	}
	status, err := r.git(ctx, "status", "--porcelain")
	slices.Sort(files)
	return files, len(status) > 0, err
}

// export writes the files of a commit into a folder. Git keeps no note of it, as it would of
// a worktree, so that nothing is left behind in the checkout even if the process is killed.
func (r *repository) export(ctx context.Context, commit, dir string) error {
	index := "GIT_INDEX_FILE=" + dir + ".index"
	if _, err := gitWith(ctx, r.root, []string{index}, "read-tree", commit); err != nil {
		return err
	}
	_, err := gitWith(ctx, r.root, []string{index}, "checkout-index", "--all", "--prefix="+filepath.ToSlash(dir)+"/")
	return err
}
