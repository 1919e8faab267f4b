package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"battle.test/battle"
)

type bugsCommand struct {
	Names    []string      `arg:"" optional:"" help:"Planted bugs (default all of bugs/)."`
	Engine   []string      `help:"Engines (default all that are installed)."`
	Seeds    int           `default:"3" help:"Seeds an engine gets; the median is shown."`
	Budget   time.Duration `default:"60s" help:"Time for each bug, engine and seed."`
	Any      bool          `help:"Stop at a bug's first find: enough to know that it is found."`
	Workers  int           `default:"0" help:"Bugs at work at a time (default one a core)."`
	Markdown string        `help:"Write stories and table to this file."`
	JSON     bool          `help:"Print JSON."`
}

// A trial is what an engine made of a bug.
type trial struct {
	Bug     string  `json:"bug"`
	Target  string  `json:"target"`
	Engine  string  `json:"engine"`
	Found   int     `json:"found"` // of Seeds
	Seeds   int     `json:"seeds"`
	Updates uint64  `json:"updates"`     // median, where found
	Seconds float64 `json:"cpu_seconds"` // median, of the engine's process
	Length  int     `json:"length"`      // of the shortest trace, in updates
	Fault   string  `json:"fault,omitempty"`
}

func (c *bugsCommand) Run(ctx context.Context, line *commandLine) error {
	picked, skipped, err := pickEngines(c.Engine)
	if err != nil {
		return err
	}
	for _, s := range skipped {
		fmt.Fprintln(os.Stderr, "skipped:", s)
	}
	names := c.Names
	if len(names) == 0 {
		if names, err = bugNames(line.Dir); err != nil {
			return err
		}
	}
	if c.Seeds < 1 || c.Budget <= 0 {
		return fmt.Errorf("want at least one seed and a budget above zero")
	}
	trials, bugs, err := c.all(ctx, line.Dir, names, picked)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(trials)
	} else {
		fmt.Print(bugTable(trials))
	}
	if err == nil && c.Markdown != "" {
		err = os.WriteFile(filepath.Join(line.Dir, c.Markdown), bugPage(bugs, trials, c), 0o644)
	}
	if err != nil {
		return err
	}
	return missed(names, trials)
}

// missed is the error that names the bugs that no engine found.
func missed(names []string, trials []trial) error {
	var none []string
	for _, name := range names {
		if !slices.ContainsFunc(trials, func(t trial) bool { return t.Bug == name && t.Found > 0 }) {
			none = append(none, name)
		}
	}
	if len(none) > 0 {
		return fmt.Errorf("found by no engine: %s", strings.Join(none, ", "))
	}
	return nil
}

// all works through the bugs, some side by side.
func (c *bugsCommand) all(ctx context.Context, dir string, names []string, picked []engine) ([]trial, []*bug, error) {
	workers := c.Workers
	if workers <= 0 {
		workers = runtime.NumCPU()
	}
	results, bugs, errs := make([][]trial, len(names)), make([]*bug, len(names)), make([]error, len(names))
	var group sync.WaitGroup
	tickets := make(chan int, len(names))
	for i := range names {
		tickets <- i
	}
	close(tickets)
	for range min(workers, len(names)) {
		group.Go(func() {
			for i := range tickets {
				if ctx.Err() == nil {
					bugs[i], results[i], errs[i] = c.one(ctx, dir, names[i], picked)
				}
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, nil, err
		}
	}
	return slices.Concat(results...), bugs, ctx.Err()
}

// one plants a bug and lets the engines look for it, in the targets that its header
// names, until the first of them has it.
func (c *bugsCommand) one(ctx context.Context, dir, name string, picked []engine) (*bug, []trial, error) {
	w, err := newWorkshop(dir)
	if err != nil {
		return nil, nil, err
	}
	defer w.close()
	if err := w.plant(name); err != nil {
		return nil, nil, err
	}
	all, err := findTargets(ctx, dir, nil)
	if err != nil {
		return nil, nil, err
	}
	if _, err := w.describe(ctx, all); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	targets, err := pick(all, w.planted.targets)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	var trials []trial
	for _, e := range picked {
		for _, t := range targets {
			if e.suits(t) != "" {
				continue
			}
			if err := e.prepare(ctx, w, t); err != nil {
				return nil, nil, fmt.Errorf("%s: %w", name, err)
			}
			one := c.trial(ctx, w, e, t)
			one.Bug = name
			trials = append(trials, one)
			fmt.Fprintf(os.Stderr, "%s\n", one.line())
			if c.Any && one.Found > 0 {
				return w.planted.bug, trials, nil
			}
			if one.Found == one.Seeds {
				break // the other targets would say the same of the engine
			}
		}
	}
	return w.planted.bug, trials, nil
}

// trial runs an engine with every seed.
func (c *bugsCommand) trial(ctx context.Context, w *workshop, e engine, t target) trial {
	result := trial{Target: t.Name, Engine: e.name(), Seeds: c.Seeds}
	var updates []uint64
	var seconds []float64
	for seed := range c.Seeds {
		dir, err := os.MkdirTemp(w.temp, "trial-")
		if err != nil {
			result.Fault = err.Error()
			return result
		}
		j := &job{target: t, engine: e, slice: c.Budget, seed: uint64(seed + 1), stopFirst: true, dir: dir}
		j.run(ctx, w)
		found := j.firstFinding()
		if found == nil && len(j.deaths) == 0 {
			result.Fault = firstOf(j.fault)
			continue
		}
		result.Found++
		seconds = append(seconds, j.cpu.Seconds())
		if found != nil {
			updates = append(updates, found.Updates)
			if result.Length == 0 || len(found.Trace) < result.Length {
				result.Length = len(found.Trace)
			}
		}
		if c.Any {
			result.Seeds = seed + 1
			break
		}
	}
	result.Updates, result.Seconds = median(updates), median(seconds)
	return result
}

// firstFinding is the first finding that a job wrote, faults of the harness aside.
func (j *job) firstFinding() *battle.Finding {
	files, _ := filepath.Glob(filepath.Join(j.dir, "findings", "*.json"))
	for _, file := range files {
		if found, err := battle.ReadFinding(file); err == nil && found.Kind != battle.Harness {
			return found
		}
	}
	return nil
}

func firstOf(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// median of the values, or 0 of none; of an even number the upper one.
func median[V uint64 | float64](values []V) V {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func (t trial) line() string {
	found := fmt.Sprintf("%d of %d", t.Found, t.Seeds)
	if t.Found == 0 {
		return fmt.Sprintf("%-34s %-13s %-7s %-7s %s", t.Bug, t.Target, t.Engine, found, t.Fault)
	}
	length := "-"
	if t.Length > 0 {
		length = fmt.Sprint(t.Length)
	}
	return fmt.Sprintf("%-34s %-13s %-7s %-7s %9s %8.1f %7s", t.Bug, t.Target, t.Engine, found, short(t.Updates), t.Seconds, length)
}

func bugTable(trials []trial) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-34s %-13s %-7s %-7s %9s %8s %7s\n", "bug", "target", "engine", "found", "updates", "CPU s", "trace")
	for _, t := range trials {
		fmt.Fprintln(&b, t.line())
	}
	return b.String()
}

// bugPage is docs/bugs.md.
func bugPage(bugs []*bug, trials []trial, c *bugsCommand) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Planted bugs\n\nMade by `battle bugs --markdown docs/bugs.md`; do not edit.\n\n")
	fmt.Fprintf(&b, "Each patch in `bugs/` breaks a subject in a realistic way; the suite is judged by finding it.\n")
	fmt.Fprintf(&b, "A row is an engine with %s and at most %v each; updates and CPU seconds to find are medians,\n", count(c.Seeds, "seed"), c.Budget)
	fmt.Fprintf(&b, "trace is the length of the shortest minimal trace. Updates are counted since the process that\n")
	fmt.Fprintf(&b, "found it began; CPU seconds are all of the engine's, minimising included. %s, %s/%s, %d cores, %s.\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().UTC().Format("2006-01-02"))
	fmt.Fprintf(&b, "| bug | target | engine | found | updates | CPU s | trace |\n|---|---|---|---|---|---|---|\n")
	for _, t := range trials {
		updates, seconds, length := "–", "–", "–"
		if t.Found > 0 {
			updates, seconds = short(t.Updates), fmt.Sprintf("%.1f", t.Seconds)
		}
		if t.Length > 0 {
			length = fmt.Sprint(t.Length)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %d of %d | %s | %s | %s |\n", t.Bug, t.Target, t.Engine, t.Found, t.Seeds, updates, seconds, length)
	}
	for _, one := range bugs {
		fmt.Fprintf(&b, "\n## %s\n\nBreaks: %s  \nSeen: %s  \nRoom: `%s`\n\n%s\n", one.name, one.breaks, one.seen, one.room, one.story)
	}
	return []byte(b.String())
}
