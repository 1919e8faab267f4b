package coordinator

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"battle.test/farm/driver"
	"battle.test/farm/store"
	"battle.test/farm/tree"
)

// brokenAgain is after what time a build that did not work is tried again: it may have been
// the machine.
const brokenAgain = 2 * time.Minute

// look looks at the checkout, and makes its newest commit the present build.
func (c *Coordinator) look(ctx context.Context) error {
	head, err := c.Checkout.Head(ctx)
	if err != nil {
		return err
	}
	build, known := c.book.build(head.Revision)
	if !known || c.again(build) {
		if err := c.held(); err != nil {
			return err
		}
		if build, err = c.adopt(ctx, head); err != nil {
			return fmt.Errorf("build %.12s: %w", head.Revision, err)
		}
	}
	c.looked = true
	if build.Broken != "" {
		if build, known = c.book.build(c.lastGood()); !known {
			return nil
		}
	}
	if c.book.present() == build.Revision {
		return nil
	}
	if err := errors.Join(c.learnEngines(ctx, build.Revision), c.supply(ctx, build.Revision)); err != nil {
		return err
	}
	if c.present(build.Revision) {
		// Items of the build before would be done first.
		return c.queue.Clear(ctx)
	}
	return nil
}

// again tells whether a known build is to be taken in again. One of an earlier process may have
// been by other options: whoever corrects the name of a target need not wait.
func (c *Coordinator) again(build store.Build) bool {
	if !c.looked && len(c.lacking(build.Targets)) > 0 {
		return true
	}
	return build.Broken != "" && (!c.looked || time.Since(build.Seen).Abs() > brokenAgain)
}

// wants tells whether a target is to be hunted in.
func (c *Coordinator) wants(target string) bool {
	return len(c.Only) == 0 || slices.Contains(c.Only, target)
}

// lacking are the named targets that are not among those there are.
func (c *Coordinator) lacking(there []string) (names []string) {
	for _, name := range c.Only {
		if !slices.Contains(there, name) {
			names = append(names, name)
		}
	}
	return names
}

// learnEngines asks the command which engines it knows: workers may claim no others.
func (c *Coordinator) learnEngines(ctx context.Context, revision string) error {
	return c.at(ctx, revision, func(root string) error {
		all, err := c.Battle.Engines(ctx, root)
		if err != nil {
			return err
		}
		c.book.mu.Lock()
		defer c.book.mu.Unlock()
		c.book.engines = nil
		for _, e := range all {
			c.book.engines = append(c.book.engines, e.Name)
		}
		return nil
	})
}

// sourcesKept is of how many builds workers can have the sources. Of older ones there is at
// most what is being worked on, and the checkout has them, too.
const sourcesKept = 10

// supply sees that workers can have the sources of a build, and few others.
func (c *Coordinator) supply(ctx context.Context, revision string) error {
	all := c.book.allBuilds()
	kept := []string{revision}
	for _, b := range all[max(0, len(all)-sourcesKept):] {
		kept = append(kept, b.Revision)
	}
	there, err := c.store.KeepSources(ctx, kept)
	if err != nil || slices.Contains(there, revision) {
		return err
	}
	archive, err := c.Checkout.Archive(ctx, revision) // a build of long ago, which is back
	if err != nil {
		return err
	}
	return c.store.PutSource(ctx, revision, archive)
}

// present makes a build the one that is hunted in. It tells whether it follows another.
func (c *Coordinator) present(revision string) (follows bool) {
	defer c.rouse()
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	follows = c.book.current != ""
	c.book.current = revision
	c.book.changedNow()
	return follows
}

// lastGood is the newest build that works, or "".
func (c *Coordinator) lastGood() (revision string) {
	for _, b := range c.book.allBuilds() {
		if b.Broken == "" {
			revision = b.Revision
		}
	}
	return revision
}

// adopt takes a revision in as a build. The record of the build is written last: who sees it
// finds its sources and targets.
func (c *Coordinator) adopt(ctx context.Context, commit tree.Commit) (store.Build, error) {
	archive, err := c.Checkout.Archive(ctx, commit.Revision)
	if err != nil {
		return store.Build{}, err
	}
	if len(archive) > store.SourceBytesMax {
		return store.Build{}, fmt.Errorf("its sources have %d bytes, want at most %d", len(archive), store.SourceBytesMax)
	}
	prefix, err := c.Checkout.Prefix(ctx)
	if err != nil {
		return store.Build{}, err
	}
	if err := c.store.PutSource(ctx, commit.Revision, archive); err != nil {
		return store.Build{}, err
	}
	build := store.Build{
		Revision: commit.Revision, Subject: commit.Subject, Author: commit.Author, Committed: commit.Time,
		Seen: time.Now().UTC(), Dir: prefix, Bytes: len(archive), Targets: []string{},
	}
	targets, err := c.list(ctx, build, archive)
	var fault *driver.Fault
	switch {
	case ctx.Err() != nil:
		return build, ctx.Err()
	case errors.As(err, &fault) && len(targets) > 0:
		build.Warning = fault.Error()
	case errors.As(err, &fault):
		build.Broken = fault.Error()
	case err != nil:
		return build, err
	}
	if build.Broken == "" {
		c.missTargets(&build, targets)
	}
	if build.Broken == "" {
		if build.Targets, err = c.keepTargets(ctx, build, targets); err != nil {
			return build, err
		}
	}
	return c.keepBuild(ctx, build)
}

// missTargets notes which of the named targets a build lacks. Without any of them there is
// nothing to do in it; the next one may have them.
func (c *Coordinator) missTargets(build *store.Build, targets []driver.Target) {
	var there []string
	for _, t := range targets {
		there = append(there, t.Target)
	}
	lacking := c.lacking(there)
	if len(lacking) == 0 {
		return
	}
	why := fmt.Sprintf("-target: no target %s: there are %s", strings.Join(lacking, ", "), strings.Join(there, ", "))
	if len(lacking) == len(c.Only) {
		build.Broken = why // keepBuild says so
		return
	}
	c.Log("build %.12s: %s", build.Revision, why)
	build.Warning = strings.TrimPrefix(build.Warning+"\n"+why, "\n")
}

// list unpacks a build, and asks which targets it has. Their corpus folders are relative then.
func (c *Coordinator) list(ctx context.Context, build store.Build, archive []byte) ([]driver.Target, error) {
	c.desk.Lock()
	defer c.desk.Unlock()
	if c.head.Revision() != build.Revision {
		if err := c.head.Set(build.Revision, archive); err != nil {
			return nil, err
		}
	}
	root := filepath.Join(c.head.Dir, filepath.FromSlash(build.Dir))
	targets, err := c.Battle.List(ctx, root)
	for i, t := range targets {
		relative, outside := filepath.Rel(root, t.Corpus)
		if outside != nil || !filepath.IsLocal(relative) {
			return nil, fmt.Errorf("the corpus of %s is in %s, outside of %s", t.Target, t.Corpus, root)
		}
		targets[i].Corpus = filepath.ToSlash(relative)
	}
	return targets, err
}

// keepTargets writes what a build says of its targets.
func (c *Coordinator) keepTargets(ctx context.Context, build store.Build, targets []driver.Target) (names []string, err error) {
	for _, t := range targets {
		if !c.wants(t.Target) {
			continue
		}
		names = append(names, t.Target)
		weight, set := c.Weights[t.Target]
		if !set {
			weight = 1
		}
		_, err := change(ctx, c.book, &c.store.Targets, c.book.targets, store.Key(t.Target), func(v *store.Target, _ bool) bool {
			*v = store.Target{
				Name: t.Target, Package: t.Package, Func: t.Func, Weight: weight, Corpus: t.Corpus,
				Build: build.Revision, Fitted: v.Fitted, Ops: t.Ops, Seeds: t.Seeds, Regressions: t.Regressions,
			}
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	for _, t := range c.book.allTargets() {
		if t.Gone || slices.Contains(names, t.Name) {
			continue
		}
		_, err := change(ctx, c.book, &c.store.Targets, c.book.targets, store.Key(t.Name), func(v *store.Target, _ bool) bool {
			v.Gone = true
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	return names, nil
}

func (c *Coordinator) keepBuild(ctx context.Context, build store.Build) (store.Build, error) {
	number := 1
	for _, b := range c.book.allBuilds() {
		number = max(number, b.Number+1)
	}
	kept, err := change(ctx, c.book, &c.store.Builds, c.book.builds, build.Revision, func(v *store.Build, there bool) bool {
		if there { // it was broken, and is tried again
			number = v.Number
		}
		*v = build
		v.Number = number
		return true
	})
	if err == nil {
		state := fmt.Sprintf("%d targets", len(kept.Targets))
		if kept.Broken != "" {
			state = "broken: " + kept.Broken
		}
		c.Log("build %d, %.12s %s: %s", kept.Number, kept.Revision, kept.Subject, state)
	}
	return kept, err
}

// at lets a function work in the sources of a revision, which need not be a build. Nobody
// else is at the desk meanwhile.
func (c *Coordinator) at(ctx context.Context, revision string, do func(root string) error) error {
	c.desk.Lock()
	defer c.desk.Unlock()
	root, err := c.lay(ctx, revision)
	if err != nil {
		return err
	}
	return do(root)
}

// lay puts the sources of a revision on the desk, which the caller has, and returns the folder
// of the module.
func (c *Coordinator) lay(ctx context.Context, revision string) (root string, err error) {
	prefix := ""
	if b, known := c.book.build(revision); known {
		prefix = b.Dir
	} else if all := c.book.allBuilds(); len(all) > 0 {
		prefix = all[len(all)-1].Dir
	}
	where := c.other
	if revision == c.book.present() {
		where = c.head
	}
	if where.Revision() != revision {
		archive, err := c.store.Source(ctx, revision)
		if err != nil {
			if archive, err = c.Checkout.Archive(ctx, revision); err != nil {
				return "", err
			}
		}
		if err := where.Set(revision, archive); err != nil {
			return "", err
		}
	}
	return filepath.Join(where.Dir, filepath.FromSlash(prefix)), nil
}
