package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"battle.test/battle"
)

// An engine is a way of choosing tapes.
type engine interface {
	name() string
	// missing says how to install what the engine needs and is not there, or "".
	missing() string
	// suits says why the engine can't hunt in a target, or "".
	suits(t target) string
	// prepare builds what the engine runs.
	prepare(ctx context.Context, w *workshop, t target) error
	// command is the process that hunts for the job's remaining time.
	command(ctx context.Context, w *workshop, j *job) *exec.Cmd
}

// engines are all engines, in the order in which they are shown.
func engines() []engine { return []engine{native{}, rapidEngine{}, &gofuzz{}} }

// pickEngines finds engines by name. Of all of them, those that are missing are left
// out and named; one that was asked for by name must be there.
func pickEngines(names []string) (picked []engine, skipped []string, err error) {
	var known []string
	for _, e := range engines() {
		known = append(known, e.name())
	}
	if len(names) == 0 || len(names) == 1 && names[0] == "all" {
		for _, e := range engines() {
			if hint := e.missing(); hint != "" {
				skipped = append(skipped, fmt.Sprintf("%s is not installed: %s", e.name(), hint))
			} else {
				picked = append(picked, e)
			}
		}
		return picked, skipped, nil
	}
	for _, name := range names {
		found := false
		for _, e := range engines() {
			if e.name() != name {
				continue
			}
			found = true
			if hint := e.missing(); hint != "" {
				return nil, nil, fmt.Errorf("engine %s is not installed: %s", name, hint)
			}
			picked = append(picked, e)
		}
		if !found {
			return nil, nil, fmt.Errorf("no engine %q: there are %s", name, strings.Join(known, ", "))
		}
	}
	return picked, nil, nil
}

// orders are the variables that tell a test binary to hunt.
func (j *job) orders(left time.Duration) []string {
	env := []string{
		battle.EnvEngine + "=" + j.engine.name(),
		battle.EnvTarget + "=" + j.target.Name,
		battle.EnvVariable + "=" + j.target.Variable,
		battle.EnvDir + "=" + j.dir,
		fmt.Sprintf("%s=%d", battle.EnvSeed, j.seed),
		battle.EnvBudget + "=" + left.String(),
	}
	if j.stopFirst {
		env = append(env, battle.EnvStop+"=first")
	}
	return env
}

// native is go test -fuzz.
type native struct{}

func (native) name() string        { return "native" }
func (native) missing() string     { return "" }
func (native) suits(target) string { return "" }

func (native) prepare(ctx context.Context, w *workshop, t target) error {
	_, err := w.build(ctx, t.Package, true)
	return err
}

func (native) command(ctx context.Context, w *workshop, j *job) *exec.Cmd {
	cmd := exec.CommandContext(ctx, w.built[fmt.Sprint(j.target.Package, true)],
		"-test.run=^$", "-test.fuzz=^"+j.target.Func+"$", "-test.parallel=1", "-test.timeout=0",
		"-test.fuzztime="+j.left().String(),
		// With the default of 60 s Go does little else than minimise.
		"-test.fuzzminimizetime=10x",
		"-test.fuzzcachedir="+filepath.Join(j.dir, "cache"))
	cmd.Dir = j.target.dir
	cmd.Env = append(os.Environ(), j.orders(j.left())...)
	return cmd
}

// rapidEngine is battle.Check's search, with one seed after the other.
type rapidEngine struct{}

func (rapidEngine) name() string        { return "rapid" }
func (rapidEngine) missing() string     { return "" }
func (rapidEngine) suits(target) string { return "" }

func (rapidEngine) prepare(ctx context.Context, w *workshop, t target) error {
	_, err := w.build(ctx, t.Package, false)
	return err
}

func (rapidEngine) command(ctx context.Context, w *workshop, j *job) *exec.Cmd {
	cmd := exec.CommandContext(ctx, w.built[fmt.Sprint(j.target.Package, false)],
		"-test.run=^"+j.target.Func+"$", "-test.count=1", "-test.timeout=0")
	cmd.Dir = j.target.dir
	cmd.Env = append(os.Environ(), j.orders(j.left())...)
	return cmd
}
