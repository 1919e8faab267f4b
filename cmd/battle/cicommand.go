package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"battle.test/battle"
	"battle.test/explore"
)

type ciCommand struct {
	Packages []string       `arg:"" optional:"" help:"Packages with targets (default ./...)."`
	Base     string         `help:"The revision that the change is made to (default what GitHub or GitLab say it is, or else origin/HEAD or origin/main). What differs from where the work parted from it is the change."`
	Night    bool           `help:"A night's work on all targets instead: no change, no base, but a long hunt, the corpus looked through, and planted bugs."`
	Budget   *time.Duration `help:"How long to hunt in all, after building (default 5m, at night 1h). With 0s only the corpus runs."`
	CPU      bool           `help:"Count the budget in CPU time of the engines' processes: a busy machine hunts longer, not less."`
	Engine   []string       `help:"Engines to hunt with (default explore, at night all that are installed)."`
	Cores    int            `default:"0" help:"Engines at work at a time, a core for each (default all cores)."`
	Seed     uint64         `default:"1" help:"Where random choices start."`
	First    bool           `help:"Stop each engine at its first finding."`
	Findings string         `default:"findings" help:"Folder for findings."`
	Shared   string         `help:"Folder for the runs that engines keep, as traces. It stays, and the explorer goes on from it in another hunt."`
	Earlier  string         `help:"At night: a folder of earlier findings, or an earlier report's document: tells new, ongoing and resolved findings apart. If it is not there, as in the first night, all are new."`
	Bug      []string       `help:"At night: the planted bugs that must be found (default all of bugs/)."`
	BugTime  time.Duration  `default:"60s" help:"At night: for each planted bug and engine, in CPU time."`
	Lab      bool           `default:"true" negatable:"" help:"At night: plant bugs."`
	reportFiles
	JSON bool `help:"Print the report's document on standard output."`
}

// Help is what -help adds.
func (*ciCommand) Help() string {
	return "For a change: runs the corpus of every target, hunts, most of the time in targets that the change touches, and runs what fails again on the base. " +
		"What fails there, too, is known, and does not fail the change. " +
		"Prints findings as annotations of GitHub if GITHUB_ACTIONS is true, else as compilers do; adds the report to GITHUB_STEP_SUMMARY if that is set. " +
		"The checkout stays as it is, apart from the folder of findings and the files that are asked for. " +
		"Exit status: 0 the change brings no finding; at night, there is none and every planted bug was found. 1 the contrary. " +
		"2 something could not be run, whatever else was found, or the command was interrupted."
}

const (
	changeBudget = 5 * time.Minute
	nightBudget  = time.Hour
)

// check refuses what makes no sense, before anything is built.
func (c *ciCommand) check() error {
	budget := changeBudget
	if c.Night {
		budget = nightBudget
	}
	if c.Budget == nil {
		c.Budget = &budget
	}
	if len(c.Engine) == 0 && !c.Night {
		c.Engine = []string{explore.Name}
	}
	switch {
	case slices.Contains(c.Engine, togetherName):
		return fmt.Errorf("-engine %s: here engines hunt by themselves: name them", togetherName)
	case *c.Budget < 0:
		return fmt.Errorf("-budget %v: want a time, or 0s to run the corpus alone", *c.Budget)
	case c.Cores < 0:
		return fmt.Errorf("-cores %d: want a number of cores, or 0 for all", c.Cores)
	case c.Night && c.Base != "":
		return errors.New("-night and -base: a night is no change, and has no base")
	case !c.Night && c.Earlier != "":
		return errors.New("-earlier is for -night: a change is compared with its base")
	case !c.Night && len(c.Bug) > 0:
		return errors.New("-bug is for -night: a change is not judged by planted bugs")
	case !c.Lab && len(c.Bug) > 0:
		return errors.New("-no-lab and -bug: no bug is planted without the lab")
	case c.BugTime <= 0:
		return fmt.Errorf("-bug-time %v: want a time above zero", c.BugTime)
	}
	return nil
}

// A ciRun is one run of the command.
type ciRun struct {
	flags *ciCommand
	*reporter
	change   *change // nil at night
	engines  []engine
	targets  []target            // that can be run, touched ones first
	touched  int                 // how many of them are, by the change
	touching map[string][]string // by which files, by name
	hunt     *hunt
	earlier  []*battle.Finding
}

func (c *ciCommand) Run(ctx context.Context, line *commandLine) error {
	if err := c.check(); err != nil {
		return err
	}
	w, err := newWorkshop(ctx, line.Dir)
	if err != nil {
		return err
	}
	defer w.close()
	run, err := c.open(ctx, w)
	if err != nil {
		return err
	}
	for _, step := range []func(context.Context){run.runAllCorpora, run.search, run.settle, run.lookThrough, run.plantBugs} {
		if ctx.Err() == nil {
			step(ctx)
		}
	}
	return run.conclude(ctx)
}

// open finds the change, the engines and the targets. What is wrong by then, is wrong with
// the command line or the checkout as a whole.
func (c *ciCommand) open(ctx context.Context, w *workshop) (*ciRun, error) {
	run := &ciRun{flags: c}
	if len(c.Bug) > 0 { // not once the night is over
		if _, err := readBugs(w.root, c.Bug); err != nil {
			return nil, err
		}
	}
	var own []string
	for _, o := range c.outputs(w.dir) {
		if err := o.check(); err != nil {
			return nil, err
		}
		own = append(own, o.path)
	}
	if c.Shared != "" {
		c.Shared = from(w.dir, c.Shared)
	}
	var err error
	if !c.Night {
		if run.change, err = readChange(ctx, w.dir, c.Base, own...); err != nil {
			return nil, err
		}
	}
	var skipped []string
	if run.engines, skipped, err = pickEngines(w.root, engines, c.Engine); err != nil {
		return nil, err
	}
	for _, s := range skipped {
		fmt.Fprintln(os.Stderr, "skipped:", s)
	}
	if run.reporter, err = newReporter(ctx, w); err != nil {
		return nil, err
	}
	if c.Earlier != "" {
		run.readEarlier()
	}
	if err := run.findTargets(ctx); err != nil {
		return nil, err
	}
	run.hunt = &hunt{workshop: w, dir: from(w.dir, c.Findings), shared: c.Shared, budget: *c.Budget, found: make(map[string]*battle.Finding)}
	run.hunt.readEarlier()
	return run, nil
}

// readEarlier reads what the night is compared with.
func (run *ciRun) readEarlier() {
	run.Compared = run.flags.Earlier
	if _, err := os.Stat(from(run.workshop.dir, run.flags.Earlier)); errors.Is(err, os.ErrNotExist) {
		run.Notes = append(run.Notes, fmt.Sprintf("There is no earlier report %s: all that was found counts as new.", run.flags.Earlier))
		return
	}
	earlier, errs := run.workshop.readEarlierReport(run.flags.Earlier)
	run.earlier = earlier
	for _, err := range errs {
		run.fault(err)
	}
}

// findTargets finds the targets, and puts those first that the change touches. One that can't
// be built is a fault, and keeps no other out.
func (run *ciRun) findTargets(ctx context.Context) error {
	targets, errs, err := run.workshop.findSound(ctx, run.flags.Packages)
	if err != nil {
		return err
	}
	for _, err := range errs {
		run.fault(err)
	}
	if len(targets) == 0 && len(errs) == 0 {
		return noTargets(run.flags.Packages)
	}
	run.targets = targets
	if run.change == nil {
		return nil
	}
	return run.sortTargets(ctx, targets)
}

// sortTargets puts the targets first that the change touches, and says what it is.
func (run *ciRun) sortTargets(ctx context.Context, targets []target) error {
	by, err := run.change.touching(ctx, run.workshop, targets)
	if err != nil {
		return err
	}
	run.touching, run.touched = by, len(by)
	slices.SortStableFunc(targets, func(a, b target) int { return b2i(len(by[a.Name]) == 0) - b2i(len(by[b.Name]) == 0) })
	for _, t := range targets {
		part := run.target(t)
		switch files := by[t.Name]; len(files) {
		case 0:
		case 1:
			part.Touched = files[0]
		default:
			part.Touched = fmt.Sprintf("%s and %d more", files[0], len(files)-1)
		}
	}
	run.Base = run.change.base
	note := fmt.Sprintf("The change, since %s (%s), is of %s, and touches %d of %s.", shortCommit(run.change.base), run.change.name,
		count(len(run.change.files), "file"), run.touched, count(len(targets), "target"))
	if run.change.dirty {
		note += " Some of it is not committed."
	}
	run.Notes = append(run.Notes, note)
	if gone := run.change.gone(ctx, targets); len(gone) > 0 {
		run.Notes = append(run.Notes, "The change takes targets away, of which nothing was run: "+strings.Join(gone, ", ")+".")
	}
	fmt.Fprintln(os.Stderr, strings.Join(run.Notes, "\n"))
	return nil
}

// runAllCorpora runs the corpus of every target. What fails is a finding.
func (run *ciRun) runAllCorpora(ctx context.Context) {
	for _, t := range run.targets {
		err := run.runCorpus(ctx, t)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			run.fault(fmt.Errorf("the corpus of %s: %w", t.Name, err))
		}
	}
	for _, f := range run.Findings {
		if f.Kind != battle.Harness {
			run.hunt.keep(f.Finding)
		}
	}
}

// An output is a file or a folder that the command writes, by the flag that asks for it.
type output struct {
	flag, path string
	folder     bool
}

// outputs are those that are wanted.
func (c *ciCommand) outputs(dir string) (all []output) {
	for _, o := range []output{
		{"-findings", c.Findings, true}, {"-shared", c.Shared, true},
		{"-sarif", c.SARIF, false}, {"-junit", c.JUnit, false}, {"-markdown", c.Markdown, false}, {"-html", c.HTML, false}, {"-document", c.Document, false},
	} {
		if o.path != "" {
			o.path = from(dir, o.path)
			all = append(all, o)
		}
	}
	return all
}

// check finds out whether it can be written, before anything depends on it.
func (o output) check() error {
	if o.folder {
		return writable(o.flag, o.path)
	}
	return writable(o.flag, filepath.Dir(o.path))
}
