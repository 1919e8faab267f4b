package coordinator

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"battle.test/farm/api"
	"battle.test/farm/store"
	"battle.test/farm/work"
)

// enter takes traces into the corpus. The same in other words was told apart by the worker,
// which had it merged; here it counts that the present build can use them: with one that it
// can't, no hunt begins with all of the corpus. Both is done in one place, one after the
// other: a trace is compared with the build of its day, or with the next by refit.
func (c *Coordinator) enter(ctx context.Context, all []work.Entry) error {
	if err := c.refit(ctx); err != nil || len(all) == 0 {
		return err
	}
	if err := c.held(); err != nil {
		return err
	}
	build := c.book.present()
	if build == "" {
		return errors.New("there is no build yet that works")
	}
	byTarget := make(map[string][]work.Entry)
	for _, e := range all {
		sound, err := c.sift(e)
		if err != nil {
			return err
		}
		if sound {
			byTarget[e.Target] = append(byTarget[e.Target], e)
		}
	}
	for _, target := range slices.Sorted(maps.Keys(byTarget)) {
		if err := c.enterOf(ctx, build, target, byTarget[target]); err != nil {
			return err
		}
	}
	return nil
}

// sift looks at a trace before the build does. It is not sound if it was refused, or is there.
func (c *Coordinator) sift(e work.Entry) (sound bool, err error) {
	t, err := c.known("trace", e.Source)
	if errors.Is(err, work.ErrRefused) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	lines := strings.Split(strings.TrimSuffix(e.Trace, "\n"), "\n")
	why := checkTrace(t, lines)
	switch {
	case why != "":
	case t.Gone:
		why = "its target is gone"
	case !slices.ContainsFunc(lines, isUpdate):
		why = "it has no updates"
	default:
		c.book.mu.Lock()
		defer c.book.mu.Unlock()
		_, there := c.book.shelfOf(e.Target).at[store.EntryKey(e.Target, e.Trace)]
		return !there, nil
	}
	_ = c.refused("trace", e.Source, "%s", why)
	return false, nil
}

// isUpdate tells a line with an update from a comment.
func isUpdate(line string) bool {
	line = strings.TrimSpace(line)
	return line != "" && !strings.HasPrefix(line, "#")
}

// enterOf keeps those of a target's traces that fit.
func (c *Coordinator) enterOf(ctx context.Context, build, target string, all []work.Entry) error {
	var traces []string
	for _, e := range all {
		traces = append(traces, e.Trace)
	}
	why, err := c.fits(ctx, build, target, traces)
	if err != nil {
		return err
	}
	for i, e := range all {
		if why[i] != "" {
			_ = c.refused("trace", e.Source, "it does not fit %.12s: %s", build, brief(why[i]))
			continue
		}
		if err := c.shelve(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// shelve writes an entry.
func (c *Coordinator) shelve(ctx context.Context, e work.Entry) error {
	key := store.EntryKey(e.Target, e.Trace)
	entry := store.Entry{
		Target: e.Target, Trace: e.Trace, Updates: strings.Count(strings.TrimSuffix(e.Trace, "\n"), "\n") + 1,
		Engine: e.Engine, Worker: e.Worker, Build: e.Build, Found: time.Now().UTC(),
	}
	fresh, err := c.store.AddEntry(ctx, key, entry)
	if err != nil {
		return err
	}
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	c.book.keep(key, entry)
	if fresh {
		c.book.fresh[armKey(e.Target, e.Engine)]++
	}
	c.book.changedNow()
	return nil
}

// fits says of each trace why a build can't use it, or "". If all of them together can't be
// asked about, and it is not the machine's fault, it is that of one: halves of them can.
func (c *Coordinator) fits(ctx context.Context, build, target string, traces []string) (why []string, err error) {
	fault := ""
	err = c.at(ctx, build, func(root string) (err error) {
		why, err = c.Battle.Fits(ctx, root, target, traces)
		return c.blame(ctx, err, &fault)
	})
	switch {
	case err != nil || fault == "":
		return why, err
	case len(traces) == 1:
		return []string{fault}, nil
	}
	why = nil
	for _, half := range [][]string{traces[:len(traces)/2], traces[len(traces)/2:]} {
		part, err := c.fits(ctx, build, target, half)
		if err != nil {
			return nil, err
		}
		why = append(why, part...)
	}
	return why, nil
}

// brief cuts a reason: it may quote all of a trace, and is kept with many.
func brief(why string) string {
	const most = 200
	if len(why) <= most {
		return why
	}
	return strings.ToValidUTF8(why[:most], "") + "…"
}

// refitMost is how many entries are compared with a build at once.
const refitMost = 500

// refit compares the corpora with the present build, if that was not done: those entries that
// it can't use are set aside, and those that it can use again are back.
func (c *Coordinator) refit(ctx context.Context) error {
	build := c.book.present()
	for _, t := range c.book.allTargets() {
		if build == "" || t.Gone || t.Fitted == build {
			continue
		}
		if err := c.held(); err != nil {
			return err
		}
		if err := c.refitTarget(ctx, build, t.Name); err != nil {
			return err
		}
	}
	return nil
}

func (c *Coordinator) refitTarget(ctx context.Context, build, target string) error {
	c.book.mu.Lock()
	entries := slices.Clone(c.book.shelfOf(target).entries)
	c.book.mu.Unlock()
	for some := range slices.Chunk(entries, refitMost) {
		if c.book.present() != build {
			return nil // the next one's turn
		}
		if err := c.refitSome(ctx, build, target, some); err != nil {
			return err
		}
	}
	_, err := change(ctx, c.book, &c.store.Targets, c.book.targets, store.Key(target), func(v *store.Target, _ bool) bool {
		v.Fitted = build
		return true
	})
	if err != nil {
		return err
	}
	c.book.mu.Lock()
	unfit := len(c.book.shelfOf(target).unfit)
	c.book.mu.Unlock()
	if unfit > 0 {
		c.Log("corpus of %s at %.12s: %d of %d traces do not fit, and are set aside", target, build, unfit, len(entries))
	}
	return nil
}

func (c *Coordinator) refitSome(ctx context.Context, build, target string, some []api.Entry) error {
	var rows []store.Row[store.Entry]
	var traces []string
	for _, e := range some {
		row, err := c.store.Corpus.Get(ctx, store.Key(target)+"."+e.Hash)
		if err != nil {
			return err
		}
		if row.Revision > 0 {
			rows, traces = append(rows, row), append(traces, row.Value.Trace)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	why, err := c.fits(ctx, build, target, traces)
	if err != nil {
		return err
	}
	for i, row := range rows {
		if why[i] = brief(why[i]); why[i] == row.Value.Unfit {
			continue
		}
		row.Value.Unfit = why[i]
		if err := c.store.Corpus.Put(ctx, &row); err != nil {
			return fmt.Errorf("setting a trace of %s aside: %w", target, err)
		}
		c.book.mu.Lock()
		c.book.keep(row.Key, row.Value)
		c.book.changedNow()
		c.book.mu.Unlock()
	}
	return nil
}
