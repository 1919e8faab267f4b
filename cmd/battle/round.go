package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"
)

// roundFlags are what battle bench and battle bugs are told alike, so that the trials of
// one can serve the other.
type roundFlags struct {
	Engine      []string      `help:"Engines (default all that are installed)."`
	Seeds       int           `default:"5" help:"Seeds an engine gets; the median is shown."`
	Budget      time.Duration `default:"60s" help:"For each task or bug, engine and seed, in CPU time of the engine's processes."`
	Cores       int           `default:"0" help:"Tasks or bugs at work at a time, a core for each (default all cores)."`
	Regressions bool          `help:"Engines begin with all of the corpus. Without, with its seeds alone: regressions tell of the bugs."`
	Results     string        `help:"Keep trials in this file, and don't make those again that it has of the same code, machine and flags."`
	Older       bool          `help:"Take trials of other code from -results, too, where it has none of this: of a bug that no change since concerns. A page names all the commits."`
	Markdown    string        `help:"Write the page to this file, too; of what there is, if interrupted."`
	JSON        bool          `help:"Print JSON."`
}

func (f *roundFlags) check() error {
	switch {
	case f.Seeds < 1:
		return fmt.Errorf("-seeds %d: want at least one", f.Seeds)
	case f.Budget <= 0:
		return fmt.Errorf("-budget %v: want a time above zero", f.Budget)
	case f.Older && f.Results == "":
		return errors.New("-older: there are no older trials without -results")
	case f.Cores < 0:
		return fmt.Errorf("-cores %d: want a number of cores, or 0 for all", f.Cores)
	}
	return nil
}

// pick finds the engines that compete.
func (f *roundFlags) pick(root string, from []engine) ([]engine, error) {
	picked, skipped, err := pickEngines(root, from, f.Engine)
	for _, s := range skipped {
		fmt.Fprintln(os.Stderr, "skipped:", s)
	}
	return picked, err
}

// newRound prepares trials by the flags. What they depend on is the code in a folder.
// Close the round's ledger when it is over.
func (f *roundFlags) newRound(ctx context.Context, dir string, picked []engine, code string) (*round, error) {
	print, err := fingerprint(code)
	if err != nil {
		return nil, err
	}
	path := ""
	if f.Results != "" {
		path = from(dir, f.Results)
	}
	kept, err := openLedger(path)
	if err != nil {
		return nil, fmt.Errorf("-results: %w", err)
	}
	return &round{
		trials: trials{seeds: f.Seeds, budget: f.Budget, commit: codeCommit(ctx, code)},
		under:  conditions{Code: print, Machine: machine(), Budget: f.Budget.Seconds(), Seeds: f.Seeds, Regressions: f.Regressions},
		picked: picked, cores: cmp.Or(f.Cores, runtime.NumCPU()), ledger: kept, older: f.Older,
	}, nil
}

// A round lets engines loose on tasks and planted bugs, some side by side. What one
// process takes from another on the same machine is time of the clock; budgets and
// results are CPU time.
type round struct {
	trials
	under  conditions
	picked []engine
	cores  int
	ledger *ledger
	older  bool // trials of other code will do
	pace   *pace
	line   func(trial) string // what is said of a trial that has ended
}

// An arena is where engines compete: a task, or a planted bug and the targets that can
// show it.
type arena struct {
	bug     string
	targets []string // names
	// enter makes the workshop and finds the targets. It is called once, and only if
	// there is a trial to make.
	enter func(context.Context) (*workshop, []target, error)
	own   bool // the workshop is closed with the arena

	entered bool
	w       *workshop
	found   []target
	err     error
}

// target is the target of a name, in the workshop, which is made if it must be.
func (a *arena) target(ctx context.Context, name string) (target, error) {
	if !a.entered {
		a.entered = true
		a.w, a.found, a.err = a.enter(ctx)
	}
	i := slices.IndexFunc(a.found, func(t target) bool { return t.Name == name })
	switch {
	case a.err != nil:
		return target{}, a.err
	case i < 0:
		return target{}, fmt.Errorf("%s: there %s", noTarget(name), areTargets(a.found))
	}
	return a.found[i], nil
}

func (a *arena) leave() {
	if a.own && a.w != nil {
		a.w.close()
	}
}

// run works through the arenas, and returns the trials in their order. If the context
// ends, those that were over by then, and what the ledger has of the others.
func (r *round) run(ctx context.Context, arenas []*arena) ([]trial, error) {
	r.pace = newPace(r.expected(arenas), r.cores)
	results := make([][]trial, len(arenas))
	tickets := make(chan int, len(arenas))
	for i := range arenas {
		tickets <- i
	}
	close(tickets)
	var group sync.WaitGroup
	for range min(r.cores, len(arenas)) {
		group.Go(func() {
			for i := range tickets {
				results[i] = r.compete(ctx, arenas[i])
			}
		})
	}
	group.Wait()
	all := append([]trial{}, slices.Concat(results...)...)
	return all, errors.Join(ctx.Err(), r.ledger.err)
}

// expected are the trials to come: one for each engine in each arena.
func (r *round) expected(arenas []*arena) (kinds []string) {
	for _, a := range arenas {
		for _, e := range r.picked {
			kinds = append(kinds, kindOf(a.bug, e.name()))
		}
	}
	return kinds
}

// compete lets all engines hunt in an arena, one after the other. What is wrong with one
// is a fault of its trial, and no reason to leave out the others.
func (r *round) compete(ctx context.Context, a *arena) (results []trial) {
	defer a.leave()
	enough := false
	for _, e := range r.picked {
		if enough {
			r.pace.step(kindOf(a.bug, e.name()), 0, false)
			continue
		}
		began := time.Now()
		made, fresh := r.hunt(ctx, a, e)
		results = append(results, made...)
		if ctx.Err() != nil && len(made) == 0 {
			continue // interrupted; what the ledger has of other engines is shown all the same
		}
		at := r.pace.step(kindOf(a.bug, e.name()), time.Since(began), fresh)
		for _, t := range made {
			fmt.Fprintf(os.Stderr, "%s  %s\n", at, r.line(t))
		}
		enough = r.first && slices.ContainsFunc(made, func(t trial) bool { return t.Found > 0 })
	}
	return results
}

// hunt lets an engine hunt in the targets of an arena, until the first of them shows
// what is hunted with every seed: the others would say the same of the engine. It tells
// whether any trial was not in the ledger.
func (r *round) hunt(ctx context.Context, a *arena, e engine) (results []trial, fresh bool) {
	for _, name := range a.targets {
		one, known := r.ledger.find(r.under, a.bug, name, e.name(), r.older)
		if !known {
			if ctx.Err() != nil {
				break
			}
			suits := true
			if one, suits = r.try(ctx, a, name, e); ctx.Err() != nil {
				break
			}
			if !suits {
				continue
			}
			fresh = true
			r.ledger.keep(r.under, one)
		}
		results = append(results, one)
		if one.Found > 0 && one.Found == one.Seeds {
			break
		}
	}
	return results, fresh
}

// try makes a trial, if the engine suits the target.
func (r *round) try(ctx context.Context, a *arena, name string, e engine) (one trial, suits bool) {
	t, err := a.target(ctx, name)
	if err == nil && e.suits(t) != "" {
		return trial{}, false
	}
	if err == nil && t.description.CorpusError != "" { // engines would begin with less than they should
		err = fmt.Errorf("the corpus of %s has traces that can't be used:\n%s", t.Name, t.description.CorpusError)
	}
	if err == nil {
		err = e.prepare(ctx, a.w, t)
	}
	if err == nil {
		return r.trials.run(ctx, a.w, e, t), true
	}
	one = trial{Bug: a.bug, Target: name, Engine: e.name(), Seeds: r.seeds, Each: []try{}}
	if ctx.Err() == nil {
		fmt.Fprintf(os.Stderr, "battle: %s in %s: %v\n", one.Engine, one.task(), err)
	}
	one.Fault = firstLine(err.Error())
	return one, true
}

// note says on a page that it is not the whole, or nothing.
func (r *round) note() string {
	if done, all := r.pace.progress(); done < all {
		return fmt.Sprintf("\n**Interrupted: %d of %d trials are here.**\n", done, all)
	}
	return ""
}

// faults are what was wrong with trials, each named.
func faults(results []trial) error {
	var errs []error
	for _, t := range results {
		if t.Fault != "" {
			errs = append(errs, fmt.Errorf("%s in %s: %s", t.Engine, t.task(), t.Fault))
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return fmt.Errorf("the harness is at fault:\n%w", errors.Join(errs...))
}
