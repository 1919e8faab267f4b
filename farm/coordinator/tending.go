package coordinator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"battle.test/battle"

	"battle.test/farm/driver"
	"battle.test/farm/store"
	"battle.test/farm/work"
)

// rouse says that there may be something to tend.
func (c *Coordinator) rouse() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// tend does all that is to be done for findings: runs each at the present build, says which
// update is to blame, and looks for the first bad revision. Verdicts come first: they say what
// is still true.
func (c *Coordinator) tend(ctx context.Context) error {
	if err := c.held(); err != nil {
		return err
	}
	for _, step := range []func(context.Context, store.Finding) (bool, error){c.verdict, c.explain, c.bisect} {
		for _, f := range c.book.allFindings() {
			if c.book.present() == "" {
				break // a fault of a trace can't be told from the machine's yet
			}
			for {
				again, err := step(ctx, f)
				if err != nil || ctx.Err() != nil {
					return errors.Join(err, ctx.Err())
				}
				if !again {
					break
				}
				f, _ = c.book.finding(f.ID)
			}
		}
	}
	select {
	case <-ctx.Done():
	case <-c.wake:
	case <-time.After(tendEvery):
	}
	return nil
}

// verdict runs a finding at the present build, if that was not done.
func (c *Coordinator) verdict(ctx context.Context, f store.Finding) (again bool, err error) {
	build := c.book.present()
	if f.At(build) != nil {
		return false, nil
	}
	return false, c.rerun(ctx, f, build)
}

func traceOf(f store.Finding) driver.Trace {
	return driver.Trace{Package: f.Found.Package, Target: f.Target, Updates: f.Found.Trace}
}

// rerun runs a finding's trace at a build, and notes the verdict. If it fails in another way,
// that is filed, too.
func (c *Coordinator) rerun(ctx context.Context, f store.Finding, build string) error {
	now, fault, err := c.run(ctx, build, f)
	if err != nil {
		return err
	}
	v := store.Verdict{Build: build}
	v.Outcome, v.Note = compare(&f, now, fault)
	_, err = c.changeFinding(ctx, f.ID, func(f *store.Finding, _ bool) bool {
		if v.Outcome == store.Fails {
			return c.fails(f, build, now)
		}
		if f.At(build) != nil {
			return false
		}
		c.judge(f, v)
		return true
	})
	if err != nil {
		return err
	}
	c.Log("%s at %.12s: %s", f.ID, build, v.Outcome)
	if now == nil || v.Outcome == store.Fails || now.Kind == battle.Harness {
		return nil
	}
	// Another failure of the same trace. It is minimised on its own.
	other, fault, err := c.see(ctx, build, traceOf(f), f.Found.Unstable)
	if err != nil || fault != "" || other == nil {
		return err
	}
	return c.file(ctx, build, other, work.Source{Engine: f.Engine, Worker: f.Worker, Target: f.Target, Build: build}, 0)
}

// fails notes that a finding fails at a build with the trace that it has: its line may have
// moved, and the text of its failure.
func (c *Coordinator) fails(f *store.Finding, build string, now *battle.Finding) bool {
	if f.At(build) != nil {
		return false
	}
	if !f.Knows(now.ID) {
		f.Aliases = append(f.Aliases, now.ID)
	}
	was := f.Found
	f.Found, f.Build = *now, build
	f.Found.Engine, f.Found.Seed, f.Found.Runs, f.Found.Updates, f.Found.Elapsed = was.Engine, was.Seed, was.Runs, was.Updates, was.Elapsed
	f.Found.Original, f.Found.Tried, f.Found.Unstable = was.Original, was.Tried, was.Unstable
	c.judge(f, store.Verdict{Build: build, Outcome: store.Fails})
	return true
}

// run runs a finding's trace at a revision, more often if it does not always fail.
func (c *Coordinator) run(ctx context.Context, revision string, f store.Finding) (now *battle.Finding, fault string, err error) {
	tries := 1
	if f.Found.Unstable {
		tries = attempts
	}
	err = c.at(ctx, revision, func(root string) error {
		for range tries {
			var err error
			if now, err = c.Battle.Run(ctx, root, traceOf(f)); err != nil || now != nil {
				return c.blame(ctx, err, &fault)
			}
		}
		return nil
	})
	return now, fault, err
}

// compare says what it means for a finding that its trace fails so, or not at all.
func compare(f *store.Finding, now *battle.Finding, fault string) (o store.Outcome, note string) {
	switch {
	case fault != "":
		return store.Unknown, fault
	case now == nil:
		return store.Passes, ""
	case now.Kind == battle.Harness:
		return store.Unknown, "the harness is at fault: " + now.Title()
	case f.Knows(now.ID), alike(&f.Found, now):
		return store.Fails, ""
	case now.Moment < f.Found.Moment:
		return store.Hidden, "it fails before, in another way: " + now.Title()
	}
	return store.Passes, "it gets past this failure, to another: " + now.Title()
}

// explain says which update of a finding is to blame, if that was not done.
func (c *Coordinator) explain(ctx context.Context, f store.Finding) (again bool, err error) {
	if f.Explanation != nil || f.Unexplained != "" || !f.State.Open() {
		return false, nil
	}
	edit := func(f *store.Finding) {}
	switch why := unexplainable(f); why {
	case "":
		err := c.at(ctx, f.Build, func(root string) error {
			explanation, err := c.Battle.Explain(ctx, root, traceOf(f), c.Explain)
			fault := ""
			if err := c.blame(ctx, err, &fault); err != nil {
				return err
			}
			edit = func(f *store.Finding) { f.Explanation, f.Unexplained = explanation, fault }
			return nil
		})
		if err != nil {
			return false, err
		}
	default:
		edit = func(f *store.Finding) { f.Unexplained = why }
	}
	_, err = c.changeFinding(ctx, f.ID, func(now *store.Finding, _ bool) bool {
		if len(now.Found.Trace) != len(f.Found.Trace) {
			return false // it has another trace by now
		}
		edit(now)
		return true
	})
	return false, err
}

// unexplainable says why a finding can't be explained, or "".
func unexplainable(f store.Finding) string {
	switch {
	case f.Found.Unstable:
		return "its trace does not fail every time"
	case f.Found.Kind != battle.Mismatch && f.Found.Kind != battle.Panic:
		return fmt.Sprintf("a failure of the kind %s ends its process", f.Found.Kind)
	case len(f.Found.Trace) == 0:
		return "it fails before the first update"
	}
	return ""
}
