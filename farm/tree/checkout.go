// Package tree knows sources: which revisions a git checkout has, and how the files of one
// come onto disk, on the coordinator's machine and on others.
package tree

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"battle.test/cmd/battle/process"
)

// A Checkout is a git repository on this machine. Nothing in it is changed, but for Fetch,
// which lets git ask its remote.
type Checkout struct {
	Dir    string // in it
	Branch string // what is followed: a branch, or anything else that names a commit; HEAD if it is ""
	Fetch  bool   // ask the remote before each look
}

// A Commit is a revision.
type Commit struct {
	Revision string // full hash
	Subject  string // first line of the message
	Author   string
	Time     time.Time
}

func (c Checkout) git(ctx context.Context, args ...string) ([]byte, error) {
	cmd := process.Command(ctx, "git", append([]string{"-C", c.Dir}, args...)...)
	var output, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &said
	err := process.Run(cmd)
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, fmt.Errorf("git is needed, and is not on the path: %w", err)
	case err != nil:
		return nil, fmt.Errorf("git %s in %s: %w: %s", args[0], c.Dir, err, strings.TrimSpace(said.String()))
	}
	return output.Bytes(), nil
}

// Head is the newest commit of what is followed.
func (c Checkout) Head(ctx context.Context) (Commit, error) {
	if c.Fetch {
		if _, err := c.git(ctx, "fetch", "--quiet"); err != nil {
			return Commit{}, err
		}
	}
	if c.Branch == "" {
		return c.Commit(ctx, "HEAD")
	}
	commit, err := c.Commit(ctx, c.Branch)
	if err != nil && ctx.Err() == nil {
		err = c.noBranch(ctx, err)
	}
	return commit, err
}

// branchesShown is how many branches an error names, those that were committed to last.
const branchesShown = 20

// noBranch says which branches there are, if git can tell: then it is the name that is wrong.
func (c Checkout) noBranch(ctx context.Context, why error) error {
	output, err := c.git(ctx, "for-each-ref", "--sort=-committerdate", "--count="+strconv.Itoa(branchesShown), "--format=%(refname:short)", "refs/heads", "refs/remotes")
	if err != nil {
		return why
	}
	return fmt.Errorf("there is no branch %q, nor a commit of that name, in %s: there are %s: %w", c.Branch, c.Dir, strings.Join(strings.Fields(string(output)), ", "), why)
}

// Commit is the one that a name stands for.
func (c Checkout) Commit(ctx context.Context, name string) (Commit, error) {
	output, err := c.git(ctx, "log", "-1", "--format=%H%x00%s%x00%an%x00%ct", "--end-of-options", name, "--") // else it may be a file
	if err != nil {
		return Commit{}, err
	}
	parts := strings.Split(strings.TrimSpace(string(output)), "\x00")
	if len(parts) != 4 {
		return Commit{}, fmt.Errorf("git log in %s: got %q, want four parts", c.Dir, output)
	}
	seconds, err := strconv.ParseInt(parts[3], 10, 64)
	if err != nil {
		return Commit{}, fmt.Errorf("git log in %s: the time of %s: %w", c.Dir, parts[0], err)
	}
	return Commit{parts[0], parts[1], parts[2], time.Unix(seconds, 0).UTC()}, nil
}

// Before lists a revision and those before it, the newest first: of merges, what they were
// merged into, for that is what was built each time.
func (c Checkout) Before(ctx context.Context, revision string, most int) ([]string, error) {
	output, err := c.git(ctx, "rev-list", "--first-parent", "--max-count="+strconv.Itoa(most), "--end-of-options", revision)
	if err != nil {
		return nil, err
	}
	return strings.Fields(string(output)), nil
}

// Archive packs the files of a revision: a tar file, compressed. Equal revisions give equal
// bytes.
func (c Checkout) Archive(ctx context.Context, revision string) ([]byte, error) {
	top, err := c.Top(ctx)
	if err != nil {
		return nil, err
	}
	plain, err := Checkout{Dir: top}.git(ctx, "archive", "--format=tar", revision)
	if err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	compress := gzip.NewWriter(&packed)
	if _, err := compress.Write(plain); err != nil {
		return nil, err
	}
	if err := compress.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// Top is the folder of the whole repository.
func (c Checkout) Top(ctx context.Context) (string, error) {
	output, err := c.git(ctx, "rev-parse", "--show-toplevel")
	return strings.TrimSuffix(string(output), "\n"), err
}

// Prefix is where in the repository the checkout's folder is, with slashes, or "".
func (c Checkout) Prefix(ctx context.Context) (string, error) {
	output, err := c.git(ctx, "rev-parse", "--show-prefix")
	return strings.Trim(strings.TrimSuffix(string(output), "\n"), "/"), err
}
