package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"battle.test/battle"
	"battle.test/explore/forkserver"
)

type huntCommand struct {
	Where    []string      `arg:"" optional:"" name:"target" help:"Targets (names, or functions as FuzzX), and packages to look for them in, as ./fuzz (default all in ./...)."`
	Target   []string      `help:"The same as naming the targets without the flag."`
	Engine   []string      `help:"Only these engines: explore, native, rapid, gofuzz, afl, libfuzzer (default each that is installed, by itself), or all: those that are installed, together: they exchange what they find."`
	Budget   time.Duration `default:"1m" help:"How long to hunt in all, after building."`
	CPU      bool          `help:"Count the budget in CPU time of the engines' processes: a busy machine hunts longer, not less."`
	Cores    int           `default:"0" help:"Engines at work at a time, a core for each (default all cores)."`
	Workers  int           `default:"1" help:"Processes of the explorer in each target, and of AFL++ and go-fuzz, which share what they find. Each takes a core; other engines have one."`
	Seed     uint64        `default:"1" help:"Where random choices start."`
	Bug      string        `help:"Plant this bug of bugs/ first."`
	First    bool          `help:"Stop each engine at its first finding."`
	Findings string        `default:"findings" help:"Folder for findings."`
	Shared   string        `help:"Folder for the runs that engines keep, as traces, a folder a target in it: the explorer's processes share theirs there while they hunt, and the others' come at the end. It stays, and the explorer goes on from it in another hunt (default one of the hunt's own, for several of its workers)."`
	Foreign  []string      `help:"Folders of tapes that AFL++ takes in while it hunts, such as the queues of other fuzzers."`
	Explain  bool          `default:"true" negatable:"" help:"Say of the first findings which update is to blame."`
	Matrix   bool          `help:"Show which update followed which, and how often."`
	HTML     string        `help:"Write the report into this file, as a page with the code that was not reached, curves and findings."`
	JSON     bool          `help:"Print the summary as JSON on standard output."`

	gofuzzFleet
}

// workersMax is more than any machine has cores for, and few enough to start.
const workersMax = 1024

// Help is what -help adds.
func (*huntCommand) Help() string {
	return "Ctrl-C ends the hunt, and what it found so far is kept and shown. " +
		"Exit status, of a hunt that was interrupted too: 0 nothing found, 1 something found, 2 a fault of the harness, the command line or the machine. " +
		"A Ctrl-C before the hunt, while it is still building, is status 2."
}

// A hunt is one run of the command.
type hunt struct {
	workshop *workshop
	jobs     []*job
	cores    int    // engines at work at a time
	dir      string // for findings
	shared   string // for runs that are to stay, or ""
	budget   time.Duration
	matrix   bool          // is shown
	page     string        // the file that the report is written into as a page, or ""
	took     time.Duration // once it has ended

	stale   []error           // corpora of which some can't be used
	earlier []*battle.Finding // what was in the findings folder before

	mu     sync.Mutex
	found  map[string]*battle.Finding // by ID
	faults []error                    // of the machine
}

func (c *huntCommand) Run(ctx context.Context, line *commandLine) error {
	if c.Budget <= 0 {
		return fmt.Errorf("-budget %v: want a time above zero", c.Budget)
	}
	if c.Cores < 0 {
		return fmt.Errorf("-cores %d: want a number of cores, or 0 for all", c.Cores)
	}
	if c.Workers < 1 || c.Workers > workersMax {
		return fmt.Errorf("-workers %d: want 1 to %d processes, a core for each", c.Workers, workersMax)
	}
	c.Where, c.Target = choose(c.Where, c.Target)
	w, err := newWorkshop(ctx, line.Dir)
	if err != nil {
		return err
	}
	defer w.close()
	if err := w.plantAloud(c.Bug); err != nil {
		return err
	}
	if w.planted != nil && len(c.Target) == 0 {
		c.Target = w.planted.targets
	}
	h, err := c.plan(ctx, w)
	if err != nil {
		return err
	}
	h.run(ctx)
	h.bequeath(ctx)
	h.recall(ctx)
	explanations := make(map[string]*explained)
	if c.Explain {
		explanations = h.explainFindings(ctx, firsts(mistakes(h.all())))
	}
	return h.conclude(explanations, c.JSON)
}

// plan finds targets and engines, builds, and divides the budget.
func (c *huntCommand) plan(ctx context.Context, w *workshop) (*hunt, error) {
	if slices.Contains(c.Engine, togetherName) && len(c.Engine) > 1 {
		return nil, fmt.Errorf("-engine %s: %s is every engine that is installed, together: name no other beside it", strings.Join(c.Engine, ","), togetherName)
	}
	picked, skipped, err := pickEngines(w.root, engines, c.Engine)
	if err != nil {
		return nil, err
	}
	for _, s := range skipped {
		fmt.Fprintln(os.Stderr, "skipped:", s)
	}
	if err := c.gofuzzFleet.check(picked, c.Target); err != nil {
		return nil, err
	}
	if err := c.checkForeign(w.dir, picked); err != nil {
		return nil, err
	}
	h := &hunt{workshop: w, cores: c.Cores, budget: c.Budget, dir: from(w.dir, c.Findings), found: make(map[string]*battle.Finding), matrix: c.Matrix}
	if err := writable("-findings", h.dir); err != nil {
		return nil, err
	}
	h.readEarlier()
	if c.Shared != "" {
		c.Shared = from(w.dir, c.Shared)
		if err := writable("-shared", c.Shared); err != nil {
			return nil, err
		}
		h.shared = c.Shared
	}
	if c.HTML != "" {
		h.page = from(w.dir, c.HTML)
		if err := writable("-html", filepath.Dir(h.page)); err != nil {
			return nil, err
		}
	}
	targets, err := w.findAll(ctx, c.Where, c.Target)
	if err != nil {
		return nil, err
	}
	if err := c.gofuzzFleet.checkTargets(targets); err != nil {
		return nil, err
	}
	for _, t := range targets {
		if why := t.description.CorpusError; why != "" {
			fmt.Fprintf(os.Stderr, "battle: left out of the corpus of %s, in %s:\n%s\n", t.Name, shown(w.corpusDir(t)), why)
			h.stale = append(h.stale, fmt.Errorf("the corpus of %s has traces that can't be used, and were left out", t.Name))
		}
	}
	w.steps = w.toBuild(picked, targets)
	if h.jobs, err = c.prepare(ctx, w, picked, targets); err != nil {
		return nil, err
	}
	w.steps = steps{}
	if h.cores == 0 {
		h.cores = runtime.NumCPU()
	}
	h.share(c)
	return h, nil
}

// checkForeign finds the folders of tapes. No other engine than AFL++ takes them in: it must
// be among those that hunt.
func (c *huntCommand) checkForeign(dir string, picked []engine) error {
	if len(c.Foreign) == 0 {
		return nil
	}
	isAFL := func(e engine) bool { return e.name() == forkserver.Name }
	takes := func(e engine) bool {
		all, together := e.(together)
		return isAFL(e) || together && slices.ContainsFunc(all.engines, isAFL)
	}
	if !slices.ContainsFunc(picked, takes) {
		return fmt.Errorf("-foreign %s: AFL++ alone takes in tapes while it hunts, and is not among the engines: -engine %s", strings.Join(c.Foreign, ","), forkserver.Name)
	}
	for i, path := range c.Foreign {
		c.Foreign[i] = from(dir, path)
		if info, err := os.Stat(c.Foreign[i]); err != nil || !info.IsDir() {
			return fmt.Errorf("-foreign %s: want a folder of tapes", path)
		}
	}
	return nil
}

// share divides the budget, by the jobs or by the ensembles. An ensemble has two cores for
// each worker of the explorer, or what there is: with more, each engine would have a core of
// its own, and none its share.
func (h *hunt) share(c *huntCommand) {
	leads := h.leads()
	if whole := leads[0].ensemble; whole != nil {
		needs := 2 * c.Workers
		cores := min(h.cores, needs*len(leads))
		h.cores = max(1, cores/needs)
		slice := c.Budget * time.Duration(h.cores) / time.Duration(len(leads))
		if c.CPU {
			slice = c.Budget * time.Duration(cores) / time.Duration(len(leads))
		}
		for _, j := range leads {
			j.ensemble.slice, j.ensemble.lanes = slice, max(1, min(cores, needs))
		}
		return
	}
	h.cores = min(h.cores, len(leads))
	for _, j := range leads {
		j.slice = c.Budget * time.Duration(h.cores) / time.Duration(len(leads))
	}
}

// leads are the jobs that hunt by themselves, and the first of each ensemble.
func (h *hunt) leads() (all []*job) {
	for _, j := range h.jobs {
		if j.ensemble == nil || j.ensemble.jobs()[0] == j {
			all = append(all, j)
		}
	}
	return all
}

// prepare makes the jobs and builds what they run, before the clock starts. An engine
// that can't be built for a target is left out there, unless it was asked for by name.
func (c *huntCommand) prepare(ctx context.Context, w *workshop, picked []engine, targets []target) (jobs []*job, err error) {
	var failed []error
	for _, e := range picked {
		for _, t := range targets {
			if why := e.suits(t); why != "" {
				fmt.Fprintf(os.Stderr, "skipped: %s in %s: %s\n", e.name(), t.Name, why)
				continue
			}
			if err := e.prepare(ctx, w, t); err != nil {
				err = fmt.Errorf("%s in %s: %w", e.name(), t.Name, err)
				if ctx.Err() != nil || slices.Contains(c.Engine, e.name()) {
					return nil, err
				}
				fmt.Fprintln(os.Stderr, "skipped:", err)
				failed = append(failed, err)
				continue
			}
			crew, err := c.crew(w, e, t)
			if err != nil {
				return nil, err
			}
			jobs = append(jobs, crew...)
		}
	}
	switch {
	case len(jobs) > 0:
		return jobs, nil
	case len(failed) > 0:
		return nil, fmt.Errorf("nothing to hunt: no engine is ready:\n%w", errors.Join(failed...))
	}
	return nil, errors.New("nothing to hunt: no engine suits a target")
}

// writable finds out whether a folder takes files before anything depends on it. A
// folder that it makes for that goes again if nothing comes into it.
func writable(flag, dir string) error {
	_, err := os.Stat(dir)
	fresh := errors.Is(err, os.ErrNotExist)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("%s: %w", flag, err)
	}
	file, err := os.CreateTemp(dir, ".battle-*")
	if err != nil {
		return fmt.Errorf("%s: %w", flag, err)
	}
	file.Close()
	err = os.Remove(file.Name())
	if fresh {
		os.Remove(dir)
	}
	return err
}

// writableFile is writable of the folder that a file is to be in, if a flag names one.
func writableFile(flag, dir, path string) error {
	if path == "" {
		return nil
	}
	return writable(flag, filepath.Dir(from(dir, path)))
}

// run works through the jobs, some side by side.
func (h *hunt) run(ctx context.Context) {
	queue := make(chan *job, len(h.jobs))
	for _, j := range h.leads() {
		queue <- j
	}
	close(queue)
	began := time.Now()
	defer func() { h.took = time.Since(began) }()
	var atWork sync.WaitGroup
	for range h.cores {
		atWork.Go(func() {
			for j := range queue {
				together := []*job{j}
				switch {
				case ctx.Err() != nil:
					j.set("not run")
				case j.ensemble != nil:
					together = j.ensemble.jobs()
					j.ensemble.run(ctx, h.workshop)
				default:
					j.run(ctx, h.workshop)
				}
				for _, one := range together {
					h.collect(one)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { atWork.Wait(); close(done) }()
	h.watch(done)
	h.restore()
}

// restore writes again what is not in the findings folder: it may have gone meanwhile, or
// had no room.
func (h *hunt) restore() {
	h.faults = nil
	for _, found := range h.found {
		_, noText := os.Stat(filepath.Join(h.dir, found.ID+".txtar"))
		_, noTwin := os.Stat(filepath.Join(h.dir, found.ID+".json"))
		if noText == nil && noTwin == nil {
			continue
		}
		os.Remove(filepath.Join(h.dir, found.ID+".json"))
		if _, err := found.Write(h.dir); err != nil {
			h.faults = append(h.faults, fmt.Errorf("a finding could not be written: %w", err))
		}
	}
}

// collect takes a job's findings into the findings folder.
func (h *hunt) collect(j *job) {
	for _, found := range j.findings() {
		h.keep(found)
	}
}

// better tells whether one finding is to stand in the place of another of the same failure:
// it fails every time where the other does not, or else its trace is shorter. A fault of the harness
// without a place was not minimised: what was said of the first stays, as how long its trace is
// tells nothing.
func better(found, old *battle.Finding) bool {
	if found.Kind == battle.Harness && found.Place == "" {
		return false
	}
	if found.Unstable != old.Unstable {
		return old.Unstable
	}
	return len(found.Trace) < len(old.Trace)
}

// keep writes a finding, and shows it if it is new. What an earlier hunt left under
// the same name gives way: its trace may pass by now. See recall.
func (h *hunt) keep(found *battle.Finding) {
	h.mu.Lock()
	defer h.mu.Unlock()
	old := h.found[found.ID]
	if old != nil && !better(found, old) {
		return
	}
	h.found[found.ID] = found
	os.Remove(filepath.Join(h.dir, found.ID+".json"))
	path, err := found.Write(h.dir)
	if err != nil {
		h.faults = append(h.faults, fmt.Errorf("a finding could not be written: %w", err))
		fmt.Fprintf(os.Stderr, "battle: the finding could not be written: %v\n%s", err, found.Text())
		return
	}
	if old == nil {
		fmt.Fprintf(os.Stderr, "FOUND by %s: %s\n      %s\n", found.Engine, strings.TrimSpace(found.Title()), shown(path))
	}
}

func (h *hunt) foundSoFar() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.found)
}
