package coordinator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"battle.test/battle"

	"battle.test/farm/driver"
	"battle.test/farm/store"
	"battle.test/farm/work"
)

// attempts is how often a trace that fails on some schedules only is run until it is believed
// to pass. The target's own Attempts come on top.
const attempts = 5

// confirm looks whether what a worker claims is so, with the farm's own build, and files what
// it sees itself. Of the claim it takes the trace, and nothing else.
func (c *Coordinator) confirm(ctx context.Context, sequence uint64, claim work.Claim) error {
	if err := c.held(); err != nil {
		return err
	}
	t, err := c.known("finding", claim.Source)
	if err != nil {
		return err
	}
	if why := checkTrace(t, claim.Found.Trace); why != "" {
		return c.refused("finding", claim.Source, "%s", why)
	}
	if again, err := c.countAgain(ctx, sequence, claim); again || err != nil {
		return err
	}
	// The present build first: what it shows is of use now. What was mended since was a
	// finding all the same.
	builds := slices.Compact([]string{c.book.present(), claim.Build})
	if builds[0] == "" {
		return errors.New("there is no build yet that works")
	}
	trace := driver.Trace{Package: t.Package, Target: t.Name, Updates: claim.Found.Trace}
	why := ""
	for _, build := range builds {
		found, fault, err := c.see(ctx, build, trace, claim.Found.Unstable)
		switch {
		case err != nil:
			return err
		case fault != "":
			why = fmt.Sprintf("it can't be run at %.12s: %s", build, fault)
		case found == nil:
			why = fmt.Sprintf("it does not fail at %.12s", build)
		case found.Kind == battle.Harness:
			why = fmt.Sprintf("the harness is at fault: %s", found.Title())
		default:
			return c.file(ctx, build, found, claim.Source, sequence)
		}
	}
	return c.refused("finding", claim.Source, "%s", why)
}

// countAgain counts a claim of what is filed already, at its build, with a trace that is no
// longer. Nothing is run for it: engines find the same over and over. So what is counted is what
// workers say, and nothing else of the finding goes by it: who lies there about the name hides
// only what is its own.
func (c *Coordinator) countAgain(ctx context.Context, sequence uint64, claim work.Claim) (again bool, err error) {
	f, there := c.book.finding(c.knows(claim.Target, claim.Found.ID))
	if !there || len(claim.Found.Trace) < len(f.Found.Trace) {
		return false, nil
	}
	if v := f.At(claim.Build); v == nil || v.Outcome != store.Fails {
		return false, nil
	}
	_, err = c.changeFinding(ctx, f.ID, func(f *store.Finding, _ bool) bool {
		if sequence <= f.Counted {
			return false
		}
		f.Claims, f.Counted = f.Claims+1, sequence
		return true
	})
	return true, err
}

// see minimises a trace at a build. What is wrong with the trace is its fault; what is wrong
// with the machine is an error, and no reason to believe anything.
func (c *Coordinator) see(ctx context.Context, build string, t driver.Trace, unstable bool) (found *battle.Finding, fault string, err error) {
	err = c.at(ctx, build, func(root string) error {
		tries := 1
		if unstable {
			tries = attempts
		}
		for range tries {
			var err error
			if found, err = c.Battle.Minimize(ctx, root, t); err != nil || found != nil {
				return c.blame(ctx, err, &fault)
			}
		}
		return nil
	})
	return found, fault, err
}

// blame finds out whether a fault is that of a trace or a revision, or the machine's: then the
// command can do nothing with the present build, either. The desk is the caller's.
func (c *Coordinator) blame(ctx context.Context, err error, fault *string) error {
	var said *driver.Fault
	if err == nil || !errors.As(err, &said) || ctx.Err() != nil {
		return err
	}
	root, broken := c.lay(ctx, c.book.present())
	if broken != nil {
		return broken
	}
	if targets, broken := c.Battle.List(ctx, root); broken != nil && len(targets) == 0 {
		return err
	}
	*fault = firstLine(said.Error())
	return nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// file files a failure that was seen at a build: as a new finding, or as what is known
// already. It may be called again for the same.
func (c *Coordinator) file(ctx context.Context, build string, found *battle.Finding, from work.Source, sequence uint64) error {
	id, err := c.identify(ctx, build, found)
	if err != nil {
		return err
	}
	fresh := false
	f, err := c.changeFinding(ctx, id, func(f *store.Finding, there bool) bool {
		if fresh = !there; fresh {
			*f = store.Finding{
				ID: id, Aliases: []string{}, Target: found.Target, Engine: from.Engine, Worker: from.Worker,
				Filed: time.Now().UTC(), Found: *found, Build: build, Verdicts: []store.Verdict{},
			}
			f.Found.Engine = from.Engine
		}
		counted := sequence <= f.Counted
		if !counted {
			f.Claims, f.Counted = f.Claims+1, sequence
		}
		return c.merge(f, build, found) || !counted
	})
	if err != nil {
		return err
	}
	if fresh {
		c.Log("FOUND by %s: %s %s", from.Engine, f.ID, f.Found.Title())
		c.book.mu.Lock()
		c.book.fresh[armKey(from.Target, from.Engine)] += int(findingGain)
		c.book.mu.Unlock()
	}
	c.rouse()
	return nil
}

// merge takes what was seen at a build into a finding: a shorter trace, another name, and the
// verdict. It tells whether that changed anything.
func (c *Coordinator) merge(f *store.Finding, build string, found *battle.Finding) (changed bool) {
	if !f.Knows(found.ID) {
		f.Aliases = append(f.Aliases, found.ID)
		changed = true
	}
	verdict := f.At(build)
	revived := verdict != nil && verdict.Outcome != store.Fails // another trace still fails there
	if len(found.Trace) < len(f.Found.Trace) || revived || f.Found.Unstable && !found.Unstable {
		engine := f.Found.Engine
		f.Found, f.Build = *found, build
		f.Found.Engine = engine
		f.Explanation, f.Unexplained = nil, ""
		changed = true
	}
	if verdict == nil || revived {
		c.judge(f, store.Verdict{Build: build, Outcome: store.Fails})
		changed = true
	}
	return changed
}

// judge notes a verdict, in the order of builds, and what follows from all of them.
func (c *Coordinator) judge(f *store.Finding, v store.Verdict) {
	v.At = time.Now().UTC()
	f.Verdicts = slices.DeleteFunc(f.Verdicts, func(old store.Verdict) bool { return old.Build == v.Build })
	number := func(revision string) int { b, _ := c.book.build(revision); return b.Number }
	at := len(f.Verdicts)
	for at > 0 && number(f.Verdicts[at-1].Build) > number(v.Build) {
		at--
	}
	f.Verdicts = slices.Insert(f.Verdicts, at, v)
	f.State = store.StateOf(f.Verdicts)
}

// identify finds the finding that a failure belongs to, or gives its own name. A name goes by
// the line, which moves from build to build: so findings of the same function that were not
// run at this build yet are, first.
func (c *Coordinator) identify(ctx context.Context, build string, found *battle.Finding) (id string, err error) {
	if f := c.knows(found.Target, found.ID); f != "" {
		return f, nil
	}
	for _, f := range c.book.allFindings() {
		if f.Target != found.Target || !alike(&f.Found, found) || f.At(build) != nil {
			continue
		}
		if err := c.rerun(ctx, f, build); err != nil {
			return "", err
		}
	}
	if f := c.knows(found.Target, found.ID); f != "" {
		return f, nil
	}
	return found.ID, nil
}

func (c *Coordinator) knows(target, id string) string {
	for _, f := range c.book.allFindings() {
		if f.Target == target && f.Knows(id) {
			return f.ID
		}
	}
	return ""
}

// alike tells whether two failures may be the same at different lines.
func alike(a, b *battle.Finding) bool {
	if a.Kind != b.Kind {
		return false
	}
	switch a.Kind {
	case battle.Hang:
		return a.Op == b.Op
	case battle.Death:
		return a.Message == b.Message
	case battle.Memory:
		return true
	}
	return a.Failure.Func == b.Failure.Func
}
