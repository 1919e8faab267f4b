package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"

	"battle.test/battle"
)

// togetherName is how the ensemble is asked for, where engines are named.
const togetherName = "all"

// together is every engine that is installed, as one: see ensemble.
type together struct{ engines []engine }

func (together) name() string          { return togetherName }
func (together) missing(string) string { return "" }
func (together) suits(target) string   { return "" }
func (together) grace() time.Duration  { return endsLate }

// pickTogether adds the ensemble of those that are installed to the engines that are named
// beside it.
func pickTogether(root string, from []engine, names []string) (picked []engine, skipped []string, err error) {
	others := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == togetherName })
	if len(others) > 0 {
		if picked, _, err = pickEngines(root, from, others); err != nil {
			return nil, nil, err
		}
	}
	var all together
	all.engines, skipped, err = pickEngines(root, engines, nil)
	return append(picked, all), skipped, err
}

// prepare builds for all. An engine that can't be built for a target is named, and left
// out there; without the explorer's binary there is nobody to see what runs show.
func (a together) prepare(ctx context.Context, w *workshop, t target) error {
	if err := (explorer{}).prepare(ctx, w, t); err != nil {
		return err
	}
	answer, err := w.ask(ctx, t, battle.Request{Do: "corpus"})
	if err != nil && len(answer.Corpus) == 0 { // else the hunt has named what is left out
		return err
	}
	w.mu.Lock()
	w.starts[fitOf(a, t)] = answer.Corpus
	w.mu.Unlock()
	for _, e := range a.engines {
		if e.suits(t) != "" {
			continue
		}
		if err := e.prepare(ctx, w, t); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			fmt.Fprintf(os.Stderr, "skipped: %s in %s: %v\n", e.name(), t.Name, err)
			w.mu.Lock()
			w.unfit[fitOf(e, t)] = true
			w.mu.Unlock()
		}
	}
	return nil
}

func (a together) builds(t target) (all []string) {
	all = explorer{}.builds(t)
	for _, e := range a.engines {
		if e.suits(t) == "" {
			all = append(all, e.builds(t)...)
		}
	}
	return all
}

// fitOf is an engine in a target.
func fitOf(e engine, t target) string { return e.name() + " " + t.Package + "." + t.Func }

// fit are the engines that are ready for a target.
func (a together) fit(w *workshop, t target) (ready []engine) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range a.engines {
		if e.suits(t) == "" && !w.unfit[fitOf(e, t)] {
			ready = append(ready, e)
		}
	}
	return ready
}

// command is none of its own: its engines have theirs.
func (together) command(context.Context, *workshop, *job) *exec.Cmd {
	panic("battle: an ensemble is no process")
}

// ensemble makes the jobs of all engines in a target.
func (c *huntCommand) ensemble(w *workshop, all together, t target) (crew, error) {
	for _, one := range all.engines {
		if why := one.suits(t); why != "" {
			fmt.Fprintf(os.Stderr, "skipped: %s in %s: %s\n", one.name(), t.Name, why)
		}
	}
	like := &job{target: t, seed: c.Seed, foreign: c.Foreign, inCPU: c.CPU, stopFirst: c.First}
	if c.Shared != "" {
		var err error
		if like.shared, err = c.sharedDir(w, t); err != nil {
			return nil, err
		}
	}
	e, err := all.assemble(w, like, c.Workers)
	if err != nil {
		return nil, err
	}
	return e.jobs(), nil
}

// runTogether hunts with all engines, as if they were one: in the job's folder are theirs.
func (j *job) runTogether(ctx context.Context, w *workshop, all together) {
	e, err := all.assemble(w, j, 1)
	if err != nil {
		j.fail(err.Error())
		return
	}
	j.ensemble = e
	j.set("hunting")
	e.run(ctx, w)
	j.set("done")
	j.cpu = e.spent()
	for _, one := range e.jobs() {
		if one.fault != "" {
			j.fail(fmt.Sprintf("%s: %s", one.engine.name(), one.fault))
		}
	}
}
