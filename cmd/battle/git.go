package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A repository is a git checkout. Nothing here changes it, apart from what git keeps of
// other checkouts of it while they are there.
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

// gitCommand runs git and returns its output. Hooks do not run: they are for people.
func gitCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := command(ctx, "git", append([]string{"-c", "core.hooksPath=" + os.DevNull}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0")
	var output, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &said
	err := run(cmd)
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
