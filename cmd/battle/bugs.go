package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type bugsCommand struct {
	Names []string `arg:"" optional:"" help:"Planted bugs (default all of bugs/)."`
	Any   bool     `help:"Stop at a bug's first find: enough to know that it is found."`

	roundFlags
}

// Help is what -help adds.
func (*bugsCommand) Help() string {
	return "The trials in a -results file of battle bench -bugs serve as well. " +
		"Exit status: 0 every planted bug was found, 1 one was not, 2 a fault, or the command was interrupted."
}

func (c *bugsCommand) Run(ctx context.Context, line *commandLine) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Any && c.Results != "" {
		return errors.New("-any and -results: what stops at the first find can't stand for a median")
	}
	root, err := moduleRoot(ctx, line.Dir)
	if err != nil {
		return err
	}
	picked, err := c.pick(root, engines)
	if err != nil {
		return err
	}
	if c.Any {
		picked = quickFirst(picked)
	}
	bugs, err := readBugs(root, c.Names)
	if err != nil {
		return err
	}
	if err := writableFile("-markdown", line.Dir, c.Markdown); err != nil {
		return err
	}
	r, err := c.newRound(ctx, line.Dir, picked, root)
	if err != nil {
		return err
	}
	defer r.ledger.close()
	r.first, r.line = c.Any, trial.bugLine
	results, err := r.run(ctx, c.bugArenas(line.Dir, bugs))
	if err = errors.Join(err, c.conclude(from(line.Dir, c.Markdown), r, bugs, results)); err != nil {
		return err // with what was tried so far
	}
	return missed(bugs, results)
}

// conclude prints the table and writes the page.
func (c *bugsCommand) conclude(path string, r *round, bugs []*bug, results []trial) error {
	switch {
	case c.JSON:
		if err := printJSON(results); err != nil {
			return err
		}
	case len(results) > 0:
		fmt.Print(bugTable(results))
	}
	if c.Markdown == "" || len(results) == 0 {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	page := bugPage(bugs, results, r.under, r.note(), hasByHand(path))
	return os.WriteFile(path, page, 0o644)
}

// hasByHand tells whether beside the page lies the one that ci/byhand.sh writes, as it does
// in this module. Others have bugs, too, and no harness without battle to compare with.
func hasByHand(page string) bool {
	info, err := os.Stat(filepath.Join(filepath.Dir(page), byHandPage))
	return err == nil && info.Mode().IsRegular()
}

// quickFirst puts the engine first that needs no build of its own.
func quickFirst(all []engine) []engine {
	builds := func(e engine) int { return b2i(e != engine(rapidEngine{})) }
	return slices.SortedStableFunc(slices.Values(all), func(a, b engine) int { return builds(a) - builds(b) })
}

// readBugs reads the bugs of the given names, or all, in order of their names. That
// all can be read is known before the first is tried.
func readBugs(root string, names []string) ([]*bug, error) {
	if len(names) == 0 {
		var err error
		if names, err = bugNames(root); err != nil {
			return nil, err
		}
	}
	names = slices.Clone(names)
	slices.Sort(names)
	var bugs []*bug
	for _, name := range slices.Compact(names) {
		b, err := readBug(root, name)
		if err != nil {
			return nil, err
		}
		bugs = append(bugs, b)
	}
	return bugs, nil
}

// missed names the bugs that no engine found, and those that a fault may have hidden.
func missed(bugs []*bug, trials []trial) error {
	var none []string
	var faults []error
	for _, b := range bugs {
		by, fault := outcome(b, trials)
		switch {
		case by != "":
		case fault != "":
			faults = append(faults, fmt.Errorf("%s: %s", b.name, fault))
		default:
			none = append(none, b.name)
		}
	}
	if len(none) > 0 {
		fmt.Fprintln(os.Stderr, "battle: found by no engine:", strings.Join(none, ", "))
	}
	if len(faults) > 0 {
		return fmt.Errorf("the harness is at fault:\n%w", errors.Join(faults...))
	}
	if len(none) > 0 {
		return errFound
	}
	return nil
}

// outcome is the engine that found a bug, or else what may have hidden it, if anything did.
func outcome(b *bug, trials []trial) (by, fault string) {
	for _, t := range trials {
		if t.Bug != b.name {
			continue
		}
		if fault = cmp.Or(fault, t.Fault); t.Found > 0 {
			by = cmp.Or(by, t.Engine)
		}
	}
	return by, fault
}

// bugArenas make an arena of each bug. Each has a workshop of its own, so that none waits
// for another's build; what they share is the go command's cache.
func (f *roundFlags) bugArenas(dir string, bugs []*bug) (all []*arena) {
	for _, b := range bugs {
		a := &arena{bug: b.name, targets: b.targets, own: true}
		a.enter = func(ctx context.Context) (*workshop, []target, error) {
			w, err := newWorkshop(ctx, dir)
			if err != nil {
				return nil, nil, err
			}
			w.seedsOnly = !f.Regressions
			if err := w.plant(b.name); err != nil {
				return w, nil, err
			}
			targets, err := w.findAll(ctx, nil, b.targets)
			return w, targets, err
		}
		all = append(all, a)
	}
	return all
}
