package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"battle.test/cmd/battle/report"
)

// untouchedShare is the part of a change's budget for the targets that it does not touch, as
// far as imports tell: they do not tell of files that a test reads as it runs. Where the
// change touches nothing, the rest is not spent.
const untouchedShare = 0.2

// search hunts, in touched targets first.
func (run *ciRun) search(ctx context.Context) {
	if *run.flags.Budget == 0 {
		return
	}
	h := run.hunt
	first := run.prepare(ctx, run.targets[:run.touched])
	rest := run.prepare(ctx, run.targets[run.touched:])
	if ctx.Err() != nil || len(first)+len(rest) == 0 {
		return
	}
	h.jobs = append(first, rest...)
	h.cores = run.flags.Cores
	if h.cores == 0 {
		h.cores = runtime.NumCPU()
	}
	h.cores = min(h.cores, len(h.jobs))
	whole := float64(*run.flags.Budget) * float64(h.cores)
	switch {
	case run.flags.Night || len(rest) == 0:
		divide(whole, h.jobs)
	default:
		divide(whole*(1-untouchedShare), first)
		divide(whole*untouchedShare, rest)
	}
	h.run(ctx)
	h.recall(ctx)
	run.takeIn()
}

// divide gives jobs equal parts of a time.
func divide(whole float64, jobs []*job) {
	for _, j := range jobs {
		j.slice = time.Duration(whole / float64(len(jobs)))
	}
}

// prepare makes the jobs of some targets, and builds what they run. An engine that can't be
// built is a fault.
func (run *ciRun) prepare(ctx context.Context, targets []target) (jobs []*job) {
	for _, t := range targets {
		for _, e := range run.engines {
			if e.suits(t) != "" {
				continue
			}
			c := &huntCommand{Engine: []string{e.name()}, Workers: 1, Seed: run.flags.Seed, CPU: run.flags.CPU, First: run.flags.First, Shared: run.flags.Shared}
			some, err := c.prepare(ctx, run.workshop, []engine{e}, []target{t})
			if err != nil && ctx.Err() == nil {
				run.fault(err)
			}
			jobs = append(jobs, some...)
		}
	}
	return jobs
}

// takeIn takes what the hunt did into the report.
func (run *ciRun) takeIn() {
	h := run.hunt
	var rows []row
	for _, c := range h.crews() {
		rows = append(rows, c.row())
	}
	run.addRows(rows)
	if run.change != nil { // what else was not reached, the change is not to answer for
		run.Files = slices.DeleteFunc(run.Files, func(f report.File) bool { return !slices.Contains(run.change.files, f.Name) })
	}
	run.add(h.all()...)
	for _, err := range h.faults {
		run.fault(err)
	}
	for _, j := range h.jobs {
		if j.note != "" {
			run.Notes = append(run.Notes, j.note)
		}
		if j.fault != "" {
			run.fault(fmt.Errorf("%s in %s: %s", j.engine.name(), j.target.Name, j.fault))
		}
	}
}
