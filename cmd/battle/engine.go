package main

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// An engine is a way of choosing tapes. It is a plain value: what is built for it
// belongs to the workshop.
type engine interface {
	name() string
	// missing says how to install what the engine needs and is not there, or "".
	missing(root string) string
	// suits says why the engine can't hunt in a target, or "".
	suits(t target) string
	// prepare builds what the engine runs.
	prepare(ctx context.Context, w *workshop, t target) error
	// builds are the keys of that in the workshop.
	builds(t target) []string
	// command is the process that hunts for the job's remaining time.
	command(ctx context.Context, w *workshop, j *job) *exec.Cmd
	// grace is the time over its slice that the engine takes to end by itself.
	grace() time.Duration
}

// engines are all engines, in the order in which they are shown.
var engines = []engine{explorer{}, native{}, rapidEngine{}, gofuzz{}, afl{}, libFuzzer{}}

// benched are those and the control, which nobody would hunt with.
var benched = append(slices.Clone(engines), control{})

// pickEngines finds engines by name, in their own order. Of all of them, those that are
// missing are left out and named; one that was asked for by name must be there.
//
// All of them at work together are "all", and come last.
func pickEngines(root string, from []engine, names []string) (picked []engine, skipped []string, err error) {
	if slices.Contains(names, togetherName) {
		return pickTogether(root, from, names)
	}
	var known []string
	for _, e := range from {
		known = append(known, e.name())
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, nil, fmt.Errorf("no engine %q: there are %s, and %s for all of them together", name, strings.Join(known, ", "), togetherName)
		}
	}
	all := len(names) == 0
	for _, e := range from {
		named := slices.Contains(names, e.name())
		if !named && !all {
			continue
		}
		switch hint := e.missing(root); {
		case hint == "":
			picked = append(picked, e)
		case named:
			return nil, nil, fmt.Errorf("engine %s is not installed: %s", e.name(), hint)
		default:
			skipped = append(skipped, fmt.Sprintf("%s is not installed: %s", e.name(), hint))
		}
	}
	return picked, skipped, nil
}

// endsLate is the grace of engines that end by themselves: to kill one is to lose what
// it is minimising.
const endsLate = 20 * time.Second

// native is go test -fuzz.
type native struct{}

func (native) name() string          { return "native" }
func (native) missing(string) string { return "" }
func (native) suits(target) string   { return "" }
func (native) grace() time.Duration  { return endsLate }

func (native) prepare(ctx context.Context, w *workshop, t target) error {
	_, err := w.build(ctx, t.Package, true)
	return err
}

func (native) builds(t target) []string { return []string{binaryOf(t.Package, true)} }

func (n native) command(ctx context.Context, w *workshop, j *job) *exec.Cmd {
	return testCommand(ctx, w.binary(j.target.Package, true),
		"-test.run=^$", "-test.fuzz=^"+j.target.Func+"$", "-test.parallel=1",
		"-test.fuzztime="+j.budget().String(),
		// With the default of 60 s Go does little else than minimise.
		"-test.fuzzminimizetime=10x",
		"-test.fuzzcachedir="+n.cache(j))
}

// rapidEngine is battle.Check's search, with one seed after the other.
type rapidEngine struct{}

func (rapidEngine) name() string          { return "rapid" }
func (rapidEngine) missing(string) string { return "" }
func (rapidEngine) suits(target) string   { return "" }
func (rapidEngine) grace() time.Duration  { return endsLate }

func (rapidEngine) prepare(ctx context.Context, w *workshop, t target) error {
	_, err := w.build(ctx, t.Package, false)
	return err
}

func (rapidEngine) builds(t target) []string { return []string{binaryOf(t.Package, false)} }

func (rapidEngine) command(ctx context.Context, w *workshop, j *job) *exec.Cmd {
	return testCommand(ctx, w.binary(j.target.Package, false), "-test.run=^"+j.target.Func+"$", "-test.count=1")
}
