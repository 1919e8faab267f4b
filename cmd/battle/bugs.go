package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

type bugsCommand struct {
	Names    []string      `arg:"" optional:"" help:"Planted bugs (default all of bugs/)."`
	Engine   []string      `help:"Engines (default all that are installed)."`
	Seeds    int           `default:"3" help:"Seeds an engine gets; the median is shown."`
	Budget   time.Duration `default:"60s" help:"For each bug, engine and seed, in CPU time of the engine's processes."`
	Any      bool          `help:"Stop at a bug's first find: enough to know that it is found."`
	Cores    int           `default:"0" help:"Bugs at work at a time, a core for each (default all cores)."`
	Markdown string        `help:"Write stories and table to this file, too."`
	JSON     bool          `help:"Print JSON."`

	asFound bool // for battle bench: finds are not minimised
}

func (c *bugsCommand) Run(ctx context.Context, line *commandLine) error {
	switch {
	case c.Seeds < 1:
		return fmt.Errorf("-seeds %d: want at least one", c.Seeds)
	case c.Budget <= 0:
		return fmt.Errorf("-budget %v: want a time above zero", c.Budget)
	case c.Cores < 0:
		return fmt.Errorf("-cores %d: want a number of cores, or 0 for all", c.Cores)
	}
	root, err := moduleRoot(ctx, line.Dir)
	if err != nil {
		return err
	}
	picked, skipped, err := pickEngines(root, engines, c.Engine)
	if err != nil {
		return err
	}
	for _, s := range skipped {
		fmt.Fprintln(os.Stderr, "skipped:", s)
	}
	if c.Any { // the engine that needs no build of its own goes first
		slices.SortStableFunc(picked, func(a, b engine) int { return cmp.Compare(ownBuilds(a), ownBuilds(b)) })
	}
	bugs, err := readBugs(root, c.Names)
	if err != nil {
		return err
	}
	trials, err := c.all(ctx, line.Dir, bugs, picked)
	if c.JSON {
		err = errors.Join(err, printJSON(trials))
	} else if len(trials) > 0 {
		fmt.Print(bugTable(trials))
	}
	if err != nil {
		return err // with what was tried so far
	}
	if c.Markdown != "" {
		path := from(line.Dir, c.Markdown)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, bugPage(bugs, trials, c), 0o644); err != nil {
			return err
		}
	}
	return missed(bugs, trials)
}

func ownBuilds(e engine) int {
	if e == engine(rapidEngine{}) {
		return 0
	}
	return 1
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
		found, fault := false, ""
		for _, t := range trials {
			if t.Bug == b.name {
				found, fault = found || t.Found > 0, or(fault, t.Fault)
			}
		}
		switch {
		case found:
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

func (c *bugsCommand) trials() trials {
	return trials{seeds: c.Seeds, budget: c.Budget, first: c.Any, asFound: c.asFound}
}

// all works through the bugs, some side by side. Each has a workshop of its own, so
// that none waits for another's build; what they share is the go command's cache.
func (c *bugsCommand) all(ctx context.Context, dir string, bugs []*bug, picked []engine) ([]trial, error) {
	cores := c.Cores
	if cores == 0 {
		cores = runtime.NumCPU()
	}
	results, errs := make([][]trial, len(bugs)), make([]error, len(bugs))
	var group sync.WaitGroup
	tickets := make(chan int, len(bugs))
	for i := range bugs {
		tickets <- i
	}
	close(tickets)
	for range min(cores, len(bugs)) {
		group.Go(func() {
			for i := range tickets {
				if ctx.Err() == nil {
					results[i], errs[i] = c.one(ctx, dir, bugs[i].name, picked)
				}
			}
		})
	}
	group.Wait()
	trials := append([]trial{}, slices.Concat(results...)...)
	if ctx.Err() != nil {
		return trials, ctx.Err()
	}
	return trials, errors.Join(errs...)
}

// one plants a bug and lets the engines look for it, in the targets that its header
// names, until the first of them has it.
func (c *bugsCommand) one(ctx context.Context, dir, name string, picked []engine) (trials []trial, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
	}()
	w, err := newWorkshop(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer w.close()
	if err := w.plant(name); err != nil {
		return nil, err
	}
	targets, err := w.findAll(ctx, nil, w.planted.targets)
	if err != nil {
		return nil, err
	}
	for _, e := range picked {
		for _, t := range targets {
			if e.suits(t) != "" {
				continue
			}
			one := c.try(ctx, w, e, t)
			if ctx.Err() != nil {
				return trials, ctx.Err()
			}
			trials = append(trials, one)
			fmt.Fprintln(os.Stderr, one.line())
			if c.Any && one.Found > 0 {
				return trials, nil
			}
			if one.Found > 0 && one.Found == one.Seeds {
				break // the other targets would say the same of the engine
			}
		}
	}
	return trials, nil
}

// try lets an engine hunt in a target. That it can't be built is a fault of this trial,
// and no reason to leave out the others.
func (c *bugsCommand) try(ctx context.Context, w *workshop, e engine, t target) trial {
	if err := e.prepare(ctx, w, t); err != nil {
		if ctx.Err() == nil {
			fmt.Fprintf(os.Stderr, "battle: %s: %s in %s: %v\n", w.planted.name, e.name(), t.Name, err)
		}
		why, _, _ := strings.Cut(err.Error(), "\n")
		return trial{Bug: w.planted.name, Target: t.Name, Engine: e.name(), Seeds: c.Seeds, Each: []try{}, Fault: why}
	}
	return c.trials().run(ctx, w, e, t)
}
