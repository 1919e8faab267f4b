package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"battle.test/battle"
)

// A trial is what an engine made of a bug, or of a task.
type trial struct {
	Bug     string  `json:"bug,omitempty"`
	Target  string  `json:"target"`
	Engine  string  `json:"engine"`
	Found   int     `json:"found"` // of Seeds
	Seeds   int     `json:"seeds"`
	Updates uint64  `json:"updates"`     // median, where found
	Seconds float64 `json:"cpu_seconds"` // median, where found, of all the engine's processes
	Length  int     `json:"length"`      // of the shortest trace, in updates
	Each    []try   `json:"each"`        // seed by seed, from 1
	Fault   string  `json:"fault,omitempty"`
}

// A try is one seed's part of a trial.
type try struct {
	Found   bool    `json:"found"`
	Updates uint64  `json:"updates"`
	Seconds float64 `json:"cpu_seconds"`
}

// trials are made alike, so that engines can be compared.
type trials struct {
	seeds   int
	budget  time.Duration // for each seed, in CPU time of the engine's processes
	first   bool          // the first find is enough
	asFound bool          // a find ends the try before it is minimised
}

// run lets an engine hunt in a target with every seed.
func (s trials) run(ctx context.Context, w *workshop, e engine, t target) trial {
	result := trial{Target: t.Name, Engine: e.name()}
	if w.planted != nil {
		result.Bug = w.planted.name
	}
	for seed := uint64(1); seed <= uint64(s.seeds) && ctx.Err() == nil; seed++ {
		dir, err := os.MkdirTemp(w.temp, "trial-")
		if err != nil {
			result.Fault = err.Error()
			break
		}
		j := &job{target: t, engine: e, slice: s.budget, inCPU: true, seed: seed, stopFirst: true, asFound: s.asFound, dir: dir}
		one := result.try(ctx, w, j)
		os.RemoveAll(dir)
		if s.first && one.Found {
			break
		}
	}
	result.sum()
	return result
}

// try adds what a job comes to.
func (t *trial) try(ctx context.Context, w *workshop, j *job) try {
	what := fmt.Sprintf("%s in %s, seed %d", t.Engine, t.Target, j.seed)
	if t.Bug != "" {
		what += ": hunting " + t.Bug
	}
	defer during(what)()
	j.run(ctx, w)
	found, fault := j.verdict()
	one := try{Found: found != nil, Updates: j.stats().Updates, Seconds: j.cpu.Seconds()}
	if found == nil {
		t.Fault = or(t.Fault, fault)
	} else {
		one.Updates = max(one.Updates, found.Updates)
		if t.Length == 0 || len(found.Trace) < t.Length {
			t.Length = len(found.Trace)
		}
	}
	t.Each = append(t.Each, one)
	return one
}

// sum fills in what the tries come to.
func (t *trial) sum() {
	var updates []uint64
	var seconds []float64
	for _, one := range t.Each {
		if one.Found {
			updates, seconds = append(updates, one.Updates), append(seconds, one.Seconds)
		}
	}
	t.Seeds, t.Found = len(t.Each), len(updates)
	t.Updates, t.Seconds = median(updates), median(seconds)
}

// verdict is the shortest finding of a job that has ended, or else what is wrong with
// the harness, if anything is: a fault must not look like a bug that nobody finds.
func (j *job) verdict() (found *battle.Finding, fault string) {
	for _, f := range j.findings() {
		switch {
		case f.Kind == battle.Harness:
			fault = f.Title()
		case found == nil || len(f.Trace) < len(found.Trace):
			found = f
		}
	}
	line, _, _ := strings.Cut(j.fault, "\n")
	return found, or(line, fault)
}

// median of the values, or 0 of none; of an even number the upper one.
func median[V uint64 | float64](values []V) V {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[len(values)/2]
}
