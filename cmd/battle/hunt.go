package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"battle.test/battle"
)

type huntCommand struct {
	Packages []string      `arg:"" optional:"" help:"Packages to hunt in (default ./...)."`
	Target   []string      `help:"Only these targets (names, or functions as FuzzX)."`
	Engine   []string      `help:"Only these engines: native, rapid, gofuzz (default all that are installed)."`
	Budget   time.Duration `default:"1m" help:"How long to hunt in all, after building."`
	Workers  int           `default:"0" help:"Engines at work at a time (default one a core)."`
	Seed     uint64        `default:"1" help:"Where random choices start."`
	Bug      string        `help:"Plant this bug of bugs/ first."`
	First    bool          `help:"Stop each engine at its first finding."`
	Findings string        `default:"findings" help:"Folder for findings."`
	JSON     bool          `help:"Print the summary as JSON on standard output."`
}

// A hunt is one run of the command.
type hunt struct {
	workshop *workshop
	jobs     []*job
	workers  int
	findings string                     // folder
	found    map[string]*battle.Finding // by ID
	mu       sync.Mutex
}

func (c *huntCommand) Run(ctx context.Context, line *commandLine) error {
	if c.Budget <= 0 {
		return fmt.Errorf("-budget %v: want a time above zero", c.Budget)
	}
	w, err := newWorkshop(line.Dir)
	if err != nil {
		return err
	}
	defer w.close()
	if c.Bug != "" {
		if err := w.plant(c.Bug); err != nil {
			return err
		}
		if len(c.Target) == 0 {
			c.Target = w.planted.targets
		}
		fmt.Fprintf(os.Stderr, "planted %s: %s\n", w.planted.name, w.planted.breaks)
	}
	h, err := c.plan(ctx, line, w)
	if err != nil {
		return err
	}
	h.run(ctx)
	return h.conclude(ctx, c.JSON)
}

// plan finds targets and engines, builds, and divides the budget.
func (c *huntCommand) plan(ctx context.Context, line *commandLine, w *workshop) (*hunt, error) {
	picked, skipped, err := pickEngines(c.Engine)
	if err != nil {
		return nil, err
	}
	for _, s := range skipped {
		fmt.Fprintln(os.Stderr, "skipped:", s)
	}
	all, err := findTargets(ctx, line.Dir, c.Packages)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(os.Stderr, "building the tests of %s\n", count(len(all), "target"))
	if _, err := w.describe(ctx, all); err != nil {
		return nil, err
	}
	targets, err := pick(all, c.Target)
	if err != nil {
		return nil, err
	}
	h := &hunt{
		workshop: w, workers: c.Workers,
		findings: filepath.Join(line.Dir, c.Findings), found: make(map[string]*battle.Finding),
	}
	if filepath.IsAbs(c.Findings) {
		h.findings = c.Findings
	}
	for _, e := range picked {
		for _, t := range targets {
			if why := e.suits(t); why != "" {
				fmt.Fprintf(os.Stderr, "skipped: %s in %s: %s\n", e.name(), t.Name, why)
				continue
			}
			dir := filepath.Join(w.temp, "hunt", t.Name+"-"+e.name())
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return nil, err
			}
			h.jobs = append(h.jobs, &job{target: t, engine: e, seed: c.Seed, stopFirst: c.First, dir: dir, state: "waiting"})
		}
	}
	if len(h.jobs) == 0 {
		return nil, fmt.Errorf("nothing to hunt: no engine suits a target")
	}
	if h.workers <= 0 {
		h.workers = runtime.NumCPU()
	}
	h.workers = min(h.workers, len(h.jobs))
	for _, j := range h.jobs {
		j.slice = c.Budget * time.Duration(h.workers) / time.Duration(len(h.jobs))
	}
	return h, h.prepare(ctx)
}

// prepare builds for every job before the clock starts.
func (h *hunt) prepare(ctx context.Context) error {
	for _, j := range h.jobs {
		if _, done := h.workshop.built[fmt.Sprint(j.target.Package, true)]; !done && j.engine.name() == "native" {
			fmt.Fprintf(os.Stderr, "building %s with Go's coverage counters (the first time takes a minute)\n", j.target.Package)
		}
		if err := j.engine.prepare(ctx, h.workshop, j.target); err != nil {
			return err
		}
	}
	return nil
}

// run works through the jobs, some side by side.
func (h *hunt) run(ctx context.Context) {
	queue := make(chan *job, len(h.jobs))
	for _, j := range h.jobs {
		queue <- j
	}
	close(queue)
	var workers sync.WaitGroup
	for range h.workers {
		workers.Go(func() {
			for j := range queue {
				if ctx.Err() == nil {
					j.run(ctx, h.workshop)
				}
				h.collect(j)
			}
		})
	}
	done := make(chan struct{})
	go func() { workers.Wait(); close(done) }()
	h.watch(done)
}

// collect takes a job's findings into the findings folder.
func (h *hunt) collect(j *job) {
	files, _ := filepath.Glob(filepath.Join(j.dir, "findings", "*.json"))
	for _, file := range files {
		found, err := battle.ReadFinding(file)
		if err != nil {
			continue // half moved; the next look finds it whole
		}
		h.keep(found)
	}
}

// keep writes a finding, and shows it if it is new.
func (h *hunt) keep(found *battle.Finding) {
	h.mu.Lock()
	defer h.mu.Unlock()
	old := h.found[found.ID]
	if old != nil && len(old.Trace) <= len(found.Trace) {
		return
	}
	h.found[found.ID] = found
	path, err := found.Write(h.findings)
	if err != nil {
		fmt.Fprintf(os.Stderr, "battle: the finding could not be written: %v\n%s", err, found.Text())
		return
	}
	if old == nil {
		fmt.Fprintf(os.Stderr, "FOUND by %s: %s\n      %s\n", found.Engine, found.Title(), path)
	}
}

func (h *hunt) foundSoFar() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.found)
}

// deaths turns the tapes that killed a process into findings.
func (h *hunt) deaths(ctx context.Context) {
	for _, j := range h.jobs {
		for _, d := range j.deaths {
			fmt.Fprintf(os.Stderr, "minimising what killed %s in %s\n", j.engine.name(), j.target.Name)
			f := &battle.Failure{Kind: battle.Death, Message: "the process died", Stack: tail(d.output)}
			answer, err := h.workshop.ask1(context.WithoutCancel(ctx), j.target, battle.Request{Do: "minimize", Tape: d.tape, Failure: f})
			if err != nil || answer.Finding == nil {
				j.fault = fmt.Sprintf("a process died, and what it ran could not be run again: %v\n%s", err, tail(d.output))
				continue
			}
			answer.Finding.Engine = j.engine.name()
			h.keep(answer.Finding)
		}
	}
}
