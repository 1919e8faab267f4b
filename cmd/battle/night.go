package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"battle.test/cmd/battle/report"
)

// lookThrough says of each corpus what it covers, and which seeds it could do without. They
// are removed by a person: a night leaves the checkout as it is.
func (run *ciRun) lookThrough(ctx context.Context) {
	if !run.flags.Night {
		return
	}
	for _, t := range run.targets {
		if err := run.lookThroughOne(ctx, t); err != nil && ctx.Err() == nil {
			run.fault(fmt.Errorf("what the corpus of %s covers: %w", t.Name, err))
		}
	}
}

func (run *ciRun) lookThroughOne(ctx context.Context, t target) error {
	w := run.workshop
	items, err := w.traces(ctx, t)
	if err != nil {
		return err
	}
	part := run.target(t)
	counted := newGround()
	if _, err = w.cover(ctx, t, items, counted); err != nil {
		return err
	}
	covered := report.Share{}
	for _, p := range counted.packages() {
		covered.Covered, covered.Blocks = covered.Covered+p.Covered, covered.Blocks+p.Blocks
	}
	switch {
	case len(items) == 0:
		part.NoCover = "it is empty"
	case covered.Blocks == 0:
		part.NoCover = "no blocks were counted: " + whyUncounted
	default:
		part.Reached = &covered
	}
	m, err := w.minimize(ctx, t, items)
	for _, one := range m.Removed {
		part.Excess = append(part.Excess, one.File)
	}
	return err
}

// plantBugs plants bugs, each of which some engine must find. If one goes unseen, a night
// without findings means little.
func (run *ciRun) plantBugs(ctx context.Context) {
	if !run.flags.Night || !run.flags.Lab {
		return
	}
	root := run.workshop.root
	if _, err := os.Stat(filepath.Join(root, "bugs")); errors.Is(err, fs.ErrNotExist) && len(run.flags.Bug) == 0 {
		return
	}
	bugs, err := readBugs(root, run.flags.Bug)
	if err != nil {
		run.fault(err)
		return
	}
	picked := quickFirst(run.engines)
	f := &roundFlags{Seeds: 1, Budget: run.flags.BugTime, Cores: run.flags.Cores}
	r, err := f.newRound(ctx, run.workshop.dir, picked, root)
	if err != nil {
		run.fault(err)
		return
	}
	defer r.ledger.close()
	r.first, r.line = true, trial.bugLine
	results, err := r.run(ctx, f.bugArenas(run.workshop.dir, bugs))
	if ctx.Err() != nil {
		return
	}
	run.fault(err)
	for _, b := range bugs {
		by, fault := outcome(b, results)
		run.Planted = append(run.Planted, report.Planted{Name: b.name, By: by, Fault: fault})
	}
}
