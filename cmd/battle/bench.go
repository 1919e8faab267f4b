package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type benchCommand struct {
	Names []string `arg:"" optional:"" help:"Targets of the tasks, or planted bugs (default all)."`
	Tasks string   `default:"examples/puzzles" help:"Module of the tasks, as seen from the root of this one."`
	Bugs  bool     `help:"Planted bugs as tasks, too."`

	roundFlags
}

// Help is what -help adds.
func (*benchCommand) Help() string {
	return "With the engines that hunt competes random, the control. The page has plots beside it. " +
		"Ctrl-C ends the round; what was tried so far is shown. " +
		"Exit status: 0 all was tried, found or not; 2 an engine could not be built or a run was at fault, somewhere, or the command was interrupted."
}

func (c *benchCommand) Run(ctx context.Context, line *commandLine) error {
	if err := c.check(); err != nil {
		return err
	}
	root, err := moduleRoot(ctx, line.Dir)
	if err != nil {
		return err
	}
	picked, err := c.pick(root, benched)
	if err != nil {
		return err
	}
	tasks := filepath.Join(root, filepath.FromSlash(c.Tasks))
	if err := writableFile("-markdown", line.Dir, c.Markdown); err != nil {
		return err
	}
	r, err := c.newRound(ctx, line.Dir, picked, root)
	if err != nil {
		return err
	}
	defer r.ledger.close()
	r.line = trial.benchLine
	arenas, leave, err := c.arenas(ctx, root, tasks)
	if err != nil {
		return err
	}
	defer leave()
	results, err := r.run(ctx, arenas)
	return errors.Join(err, c.conclude(from(line.Dir, c.Markdown), r, results), faults(results))
}

// arenas are the tasks, and then the bugs. Tasks take longer, and bugs fill what is left
// of the cores at the end.
func (c *benchCommand) arenas(ctx context.Context, root, tasks string) (all []*arena, leave func(), err error) {
	var bugs []*bug
	names := slices.Clone(c.Names)
	if c.Bugs {
		known, err := bugNames(root)
		if err != nil {
			return nil, nil, err
		}
		isBug := func(name string) bool { return slices.Contains(known, name) }
		if len(names) > 0 {
			known = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !isBug(name) })
			names = slices.DeleteFunc(names, isBug)
		}
		if len(known) > 0 {
			if bugs, err = readBugs(root, known); err != nil {
				return nil, nil, err
			}
		}
	}
	leave = func() {}
	if len(names) > 0 || len(c.Names) == 0 {
		if _, err := os.Stat(tasks); err != nil {
			return nil, nil, fmt.Errorf("-tasks %s: %w", c.Tasks, err)
		}
		w, err := newWorkshop(ctx, tasks)
		if err != nil {
			return nil, nil, err
		}
		w.seedsOnly = !c.Regressions
		targets, err := w.findAll(ctx, nil, names)
		if err != nil {
			w.close()
			return nil, nil, err
		}
		leave = w.close
		for _, t := range targets {
			all = append(all, &arena{targets: []string{t.Name}, enter: func(context.Context) (*workshop, []target, error) { return w, targets, nil }})
		}
	}
	return append(all, c.bugArenas(root, bugs)...), leave, nil
}

// conclude prints the table, and writes the page with its plots.
func (c *benchCommand) conclude(path string, r *round, results []trial) error {
	switch {
	case len(results) == 0:
		return nil
	case c.JSON:
		if err := printJSON(results); err != nil {
			return err
		}
	default:
		fmt.Print("\n", benchTable(results, r.under))
	}
	if c.Markdown == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	base, plots := strings.TrimSuffix(path, filepath.Ext(path)), []string(nil)
	for _, group := range groups(results) {
		plot := base + ".svg"
		if group[0].Bug != "" {
			plot = base + "-bugs.svg"
		}
		if err := os.WriteFile(plot, benchPlot(group, c.Budget.Seconds()), 0o644); err != nil {
			return err
		}
		plots = append(plots, filepath.Base(plot))
	}
	return os.WriteFile(path, benchPage(results, r.under, r.note(), plots), 0o644)
}
