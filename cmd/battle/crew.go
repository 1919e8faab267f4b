package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"battle.test/battle"
	"battle.test/explore"
	"battle.test/explore/forkserver"
)

// A crew is the jobs of one engine in one target: one, or workers of the explorer or of AFL,
// which share what they find.
type crew []*job

// workerSeeds is between the seeds of two workers: far apart, as a process that is started
// again takes the next seed.
const workerSeeds = 0x9E3779B97F4A7C15

// crew makes the jobs of an engine in a target.
func (c *huntCommand) crew(w *workshop, e engine, t target) (all crew, err error) {
	if whole, ok := e.(together); ok {
		return c.ensemble(w, whole, t)
	}
	workers, procs, shared := 1, 1, ""
	switch e.name() {
	case explore.Name:
		workers = c.Workers
		if shared, err = c.sharedDir(w, t); err != nil {
			return nil, err
		}
	case forkserver.Name:
		workers = c.Workers
	case gofuzzEngine:
		procs = c.Workers
	}
	for i := range workers {
		j := &job{target: t, engine: e, seed: c.Seed + uint64(i)*workerSeeds, shared: shared, foreign: c.Foreign, procs: procs, fleet: c.gofuzzFleet, inCPU: c.CPU, stopFirst: c.First, state: "waiting"}
		if j.dir, err = os.MkdirTemp(w.temp, "hunt-"); err != nil {
			return nil, err
		}
		all = append(all, j)
	}
	for _, j := range all {
		j.crew = all
	}
	return all, nil
}

// sharedDir is where the explorer's processes share the runs of a target, or "": one that is
// alone, in this hunt and for others, has nobody to share with.
func (c *huntCommand) sharedDir(w *workshop, t target) (string, error) {
	switch {
	case c.Shared != "":
		dir := filepath.Join(c.Shared, t.Name)
		return dir, os.MkdirAll(dir, 0o755)
	case c.Workers > 1:
		return os.MkdirTemp(w.temp, "shared-")
	}
	return "", nil
}

// crews are all jobs, those of a crew together.
func (h *hunt) crews() (all []crew) {
	for _, j := range h.jobs {
		switch {
		case len(j.crew) == 0:
			all = append(all, crew{j})
		case j.crew[0] == j:
			all = append(all, j.crew)
		}
	}
	return all
}

// stats adds up what the processes of a crew have reported.
func (c crew) stats() battle.Stats {
	sum := c[0].stats()
	if len(c) == 1 {
		return sum
	}
	var each []explore.Progress
	for i, j := range c {
		one := j.stats()
		if p, ok := progressOf(one); ok {
			each = append(each, p)
		}
		if i > 0 {
			sum.Add(one)
		}
	}
	if len(each) > 0 {
		sum.Progress = explore.Join(each)
	}
	if c[0].engine.name() == forkserver.Name {
		sum.Progress = c.aflProgress()
	}
	return sum
}

// states are those of jobs, by which of them is a crew's.
var states = []string{"minimising", "hunting", "waiting", "interrupted", "not run", "gave up", "at fault", "done", "ran nothing"}

// row is the line of a crew in the summary: what its jobs did from the start of the first to
// the end of the last.
func (c crew) row() row {
	sum := c[0].row()
	if len(c) == 1 {
		if c[0].procs > 1 {
			sum.Workers = c[0].procs
		}
		return sum
	}
	for _, j := range c[1:] {
		r := j.row()
		if slices.Index(states, r.State) < slices.Index(states, sum.State) {
			sum.State = r.State
		}
		sum.Fault, sum.Note = cmp.Or(sum.Fault, r.Fault), cmp.Or(sum.Note, r.Note)
		sum.CPUSeconds += r.CPUSeconds
		sum.Stats.Findings = append(sum.Stats.Findings, r.Stats.Findings...)
	}
	findings := sum.Stats.Findings
	slices.Sort(findings)
	sum.Stats = c.stats()
	sum.Stats.Findings = slices.Compact(findings)
	sum.OpsRan = len(sum.Stats.Ops) - len(sum.Stats.NeverRan())
	sum.Workers = len(c)
	spent := c.span()
	sum.Seconds, sum.Rate, sum.CPURate = spent.Seconds(), 0, 0
	if spent > 0 {
		sum.Rate = float64(sum.Stats.Updates) / spent.Seconds()
	}
	if sum.CPUSeconds > 0 && !slices.ContainsFunc(c, (*job).running) {
		sum.CPURate = float64(sum.Stats.Updates) / sum.CPUSeconds
	}
	return sum
}

// span is the time from the start of the first job to the end of the last, or until now.
func (c crew) span() time.Duration {
	var first, last time.Time
	for _, j := range c {
		from, to := j.span()
		if from.IsZero() {
			continue
		}
		if first.IsZero() || from.Before(first) {
			first = from
		}
		if to.After(last) {
			last = to
		}
	}
	return last.Sub(first)
}

// exchanged says what the workers of a crew did, and what they had of each other.
func (c crew) exchanged() string {
	if len(c) == 1 {
		return ""
	}
	var updates []uint64
	for _, j := range c {
		updates = append(updates, j.stats().Updates)
	}
	all := c.stats().Exchange
	text := fmt.Sprintf("  %d workers, of %s to %s updates; %s shared, %d taken in\n", len(c),
		short(slices.Min(updates)), short(slices.Max(updates)), count(all.Shared, "run"), all.Taken)
	if all.Skipped > 0 {
		text += fmt.Sprintf("  %s could not be shared or taken in, such as: %s\n", count(all.Skipped, "run"), all.Why)
	}
	return text
}
