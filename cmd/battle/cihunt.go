package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"battle.test/cmd/battle/report"
)

const (
	// untouchedShare is the part of a change's budget for the targets that it does not touch,
	// as far as imports tell: they do not tell of files that a test reads as it runs. Where
	// the change touches nothing, the rest is not spent.
	untouchedShare = 0.2

	// idleWeight is the time of a target whose corpus runs nothing of what the change
	// touches, as a part of another's: targets of one package have their imports in common.
	idleWeight = 0.25
)

// search hunts, in touched targets first.
func (run *ciRun) search(ctx context.Context) {
	if *run.flags.Budget == 0 {
		return
	}
	h := run.hunt
	first := run.prepare(ctx, run.targets[:run.touched])
	rest := run.prepare(ctx, run.targets[run.touched:])
	h.jobs = run.divide(run.weigh(ctx, first), rest)
	if ctx.Err() != nil || len(h.jobs) == 0 {
		return
	}
	h.run(ctx)
	h.bequeath(ctx)
	h.recall(ctx)
	run.takeIn()
}

// divide divides the budget among jobs in touched targets, which have weights, and others. It
// returns all, those first that have the most time.
func (run *ciRun) divide(first []weighed, rest []*job) (all []*job) {
	h := run.hunt
	h.cores = min(cmp.Or(run.flags.Cores, runtime.NumCPU()), len(first)+len(rest))
	whole, untouched := float64(*run.flags.Budget)*float64(h.cores), untouchedShare
	switch {
	case run.flags.Night:
		untouched = 1
	case len(rest) == 0:
		untouched = 0
	}
	sum := 0.0
	for _, one := range first {
		sum += one.weight
	}
	slices.SortStableFunc(first, func(a, b weighed) int { return cmp.Compare(b.weight, a.weight) })
	for _, one := range first {
		one.slice = time.Duration(whole * (1 - untouched) * one.weight / sum)
		all = append(all, one.job)
	}
	for _, j := range rest {
		j.slice = time.Duration(whole * untouched / float64(len(rest)))
	}
	return append(all, rest...)
}

// A weighed job is one in a target that the change touches, more or less.
type weighed struct {
	*job
	weight float64
}

// weigh says how much of the time is for each job. Only where several targets are touched is
// there something to tell apart.
func (run *ciRun) weigh(ctx context.Context, jobs []*job) (all []weighed) {
	weights := make(map[string]float64)
	for _, t := range run.targets[:run.touched] {
		weights[t.Name] = 1
		if run.touched == 1 || run.workshop.binaryForExplorer(t) == "" {
			continue
		}
		idle, err := run.idle(ctx, t)
		switch {
		case err != nil && ctx.Err() == nil:
			run.fault(fmt.Errorf("what the corpus of %s runs of the change: %w", t.Name, err))
		case idle:
			weights[t.Name] = idleWeight
			run.target(t).Touched += ", of which its corpus runs nothing"
		}
	}
	for _, j := range jobs {
		all = append(all, weighed{j, weights[j.target.Name]})
	}
	return all
}

// idle tells whether the corpus of a target runs nothing of the changed files, as far as that can
// be told: of a file without counters, such as one of the target's own package, it can't, and neither
// where there is no corpus.
func (run *ciRun) idle(ctx context.Context, t target) (bool, error) {
	items, err := run.workshop.traces(ctx, t)
	if err != nil || len(items) == 0 {
		return false, err
	}
	counted := newGround()
	if _, err := run.workshop.cover(ctx, t, items, counted); err != nil {
		return false, err
	}
	still := make(map[string]bool) // files with counters, of which nothing ran
	for file, plots := range counted.files {
		still[run.pathOf(file)] = !slices.ContainsFunc(plots, func(p plot) bool { return p.traces > 0 })
	}
	return !slices.ContainsFunc(run.touching[t.Name], func(file string) bool { return !still[file] }), nil
}

// prepare makes the jobs of some targets, and builds what they run. An engine that can't be
// built is a fault, and so is a target that no engine suits: it would be green unhunted.
func (run *ciRun) prepare(ctx context.Context, targets []target) (jobs []*job) {
	for _, t := range targets {
		var unsuited []string
		for _, e := range run.engines {
			if why := e.suits(t); why != "" {
				unsuited = append(unsuited, fmt.Sprintf("%s does not hunt in %s: %s", e.name(), t.Name, why))
				continue
			}
			c := &huntCommand{Engine: []string{e.name()}, Workers: 1, Seed: run.flags.Seed, CPU: run.flags.CPU, First: run.flags.First, Shared: run.flags.Shared}
			some, err := c.prepare(ctx, run.workshop, []engine{e}, []target{t})
			if err != nil && ctx.Err() == nil {
				run.fault(err)
			}
			jobs = append(jobs, some...)
		}
		if len(unsuited) == len(run.engines) {
			run.fault(errors.New(strings.Join(unsuited, "; ")))
		} else {
			run.Notes = append(run.Notes, unsuited...)
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
