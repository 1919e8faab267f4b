package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"battle.test/battle"
)

// A trial is what an engine made of a bug, or of a task.
type trial struct {
	Bug     string  `json:"bug,omitempty"`
	Target  string  `json:"target"`
	Engine  string  `json:"engine"`
	Found   int     `json:"found"`             // of Seeds
	Seeds   int     `json:"seeds"`             // that were tried
	Settled bool    `json:"settled,omitempty"` // the others were not: the median is "not in budget" whatever they find
	Updates uint64  `json:"updates"`           // median, where found
	Seconds float64 `json:"cpu_seconds"`       // median, where found, of all the engine's processes
	Length  int     `json:"length"`            // of the shortest trace, minimised, in updates
	Once    bool    `json:"once,omitempty"`    // it passed when it ran again: a matter of the schedule
	Each    []try   `json:"each"`              // seed by seed, from 1
	Fault   string  `json:"fault,omitempty"`
	Date    string  `json:"date"`             // 2006-01-02
	Commit  string  `json:"commit,omitempty"` // see codeCommit
}

// A try is one seed's part of a trial, up to its find, which is not yet minimal.
type try struct {
	Found   bool    `json:"found"`
	Updates uint64  `json:"updates"`
	Seconds float64 `json:"cpu_seconds"`
}

// task is what a trial was about.
func (t trial) task() string { return cmp.Or(t.Bug, t.Target) }

// trials are made alike, so that engines can be compared.
type trials struct {
	seeds  int
	budget time.Duration // for each seed, in CPU time of the engine's processes
	first  bool          // the first find is enough
	commit string        // of the code
}

// settled tells whether the tries up to now settle the median of all seeds: most seeds
// have found nothing.
func settled(tries []try, seeds int) bool {
	missed := 0
	for _, one := range tries {
		missed += b2i(!one.Found)
	}
	return missed >= seeds-seeds/2
}

// run lets an engine hunt in a target with every seed that the median depends on.
func (s trials) run(ctx context.Context, w *workshop, e engine, t target) trial {
	result := trial{Target: t.Name, Engine: e.name(), Date: time.Now().UTC().Format(time.DateOnly), Commit: s.commit}
	if w.planted != nil {
		result.Bug = w.planted.name
	}
	var shortest *battle.Finding
	for seed := 1; seed <= s.seeds && ctx.Err() == nil; seed++ {
		dir, err := os.MkdirTemp(w.temp, "trial-")
		if err != nil {
			result.Fault = err.Error()
			break
		}
		j := &job{target: t, engine: e, slice: s.budget, inCPU: true, seed: uint64(seed), stopFirst: true, asFound: true, dir: dir}
		found := result.try(ctx, w, j)
		os.RemoveAll(dir)
		if found != nil && (shortest == nil || len(found.Trace) < len(shortest.Trace)) {
			shortest = found
		}
		if s.first && found != nil {
			break
		}
		if !s.first && seed < s.seeds && settled(result.Each, s.seeds) {
			result.Settled = true
			break
		}
	}
	result.sum()
	if shortest != nil {
		result.measure(ctx, w, t, shortest)
	}
	return result
}

// try adds what a job comes to, and returns its finding, or nil if there is none in the
// budget.
func (t *trial) try(ctx context.Context, w *workshop, j *job) *battle.Finding {
	what := fmt.Sprintf("%s in %s, seed %d", t.Engine, t.Target, j.seed)
	if t.Bug != "" {
		what += ": hunting " + t.Bug
	}
	defer during(what)()
	j.run(ctx, w)
	found, fault := j.verdict()
	if found == nil {
		t.Fault = cmp.Or(t.Fault, fault)
	}
	one := tried(found, j.stats().Updates, j.cpu, j.slice)
	t.Each = append(t.Each, one)
	if !one.Found {
		return nil
	}
	return found
}

// tried is a try that ran so many updates in so much CPU time. A process ends by the
// clock, and on several cores it gets more of them than its budget: what it finds then
// does not count.
func tried(found *battle.Finding, updates uint64, cpu, budget time.Duration) try {
	one := try{Found: found != nil && cpu <= budget, Updates: updates, Seconds: cpu.Seconds()}
	if one.Found {
		one.Updates = max(updates, found.Updates) // the last report may be older
	}
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

// minimiseMost bounds the minimising of a trial's finding. Of hangs, every run takes
// seconds; what is not minimal by then is counted as it was found.
const minimiseMost = 30 * time.Second

// measure minimises the trial's shortest finding, which its budget does not pay for, and
// so sees whether it is one: a try ends before anybody has run its tape a second time.
func (t *trial) measure(ctx context.Context, w *workshop, in target, found *battle.Finding) {
	defer during(fmt.Sprintf("minimising what %s found in %s", t.Engine, t.task()))()
	t.Length = len(found.Trace)
	limited, cancel := context.WithTimeout(ctx, minimiseMost)
	defer cancel()
	answer, err := w.askFatal(limited, in, battle.Request{Do: "minimize", Tape: found.Tape})
	switch {
	case limited.Err() != nil:
	case err != nil:
		t.Fault = firstLine(err.Error())
	case answer.Finding == nil:
		t.Once = true
	case answer.Finding.Kind == battle.Harness:
		t.Fault = answer.Finding.Title()
	default:
		t.Length = min(t.Length, len(answer.Finding.Trace))
	}
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
	return found, cmp.Or(firstLine(j.fault), fault)
}

// median of the values, or 0 of none; of an even number the upper one.
func median[V uint64 | float64](values []V) V {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[len(values)/2]
}
