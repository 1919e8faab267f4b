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
)

type benchCommand struct {
	Names    []string      `arg:"" optional:"" help:"Targets of the tasks, or planted bugs (default all)."`
	Tasks    string        `default:"examples/puzzles" help:"Module of the tasks, as seen from the root of this one."`
	Bugs     bool          `help:"Planted bugs as tasks, too."`
	Engine   []string      `help:"Engines (default all that are installed, and random, the control)."`
	Seeds    int           `default:"5" help:"Seeds an engine gets; the median is shown."`
	Budget   time.Duration `default:"60s" help:"For each task, engine and seed, in CPU time of the engine's processes."`
	Markdown string        `help:"Write the tables to this file, too, and a plot beside it."`
	JSON     bool          `help:"Print JSON."`
}

func (c *benchCommand) Run(ctx context.Context, line *commandLine) error {
	switch {
	case c.Seeds < 1:
		return fmt.Errorf("-seeds %d: want at least one", c.Seeds)
	case c.Budget <= 0:
		return fmt.Errorf("-budget %v: want a time above zero", c.Budget)
	}
	root, err := moduleRoot(ctx, line.Dir)
	if err != nil {
		return err
	}
	picked, skipped, err := pickEngines(root, benched, c.Engine)
	if err != nil {
		return err
	}
	for _, s := range skipped {
		fmt.Fprintln(os.Stderr, "skipped:", s)
	}
	results, err := c.all(ctx, root, picked)
	switch {
	case len(results) == 0:
	case c.JSON:
		err = errors.Join(err, printJSON(results))
	default:
		fmt.Print("\n", benchTable(results, c.Seeds))
	}
	if err != nil || c.Markdown == "" {
		return err
	}
	return c.write(from(line.Dir, c.Markdown), results)
}

// all tries the tasks one by one: side by side they would take time from each other.
func (c *benchCommand) all(ctx context.Context, root string, picked []engine) (results []trial, err error) {
	names := slices.Clone(c.Names)
	if c.Bugs {
		bugs, err := bugNames(root)
		if err != nil {
			return nil, err
		}
		isBug := func(name string) bool { return slices.Contains(bugs, name) }
		wanted := bugs
		if len(names) > 0 {
			wanted = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !isBug(name) })
			names = slices.DeleteFunc(names, isBug)
		}
		if results, err = c.bugs(ctx, root, wanted, picked); err != nil {
			return results, err
		}
		if len(names) == 0 && len(c.Names) > 0 {
			return results, nil
		}
	}
	tasks, err := c.tasks(ctx, filepath.Join(root, filepath.FromSlash(c.Tasks)), names, picked)
	return append(tasks, results...), err
}

func (c *benchCommand) bugs(ctx context.Context, root string, names []string, picked []engine) ([]trial, error) {
	bugs, err := readBugs(root, names)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	planted := &bugsCommand{Seeds: c.Seeds, Budget: c.Budget, Cores: 1, asFound: true}
	return planted.all(ctx, root, bugs, picked)
}

func (c *benchCommand) tasks(ctx context.Context, dir string, names []string, picked []engine) (results []trial, err error) {
	w, err := newWorkshop(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer w.close()
	targets, err := w.findAll(ctx, nil, names)
	if err != nil {
		return nil, err
	}
	alike := trials{seeds: c.Seeds, budget: c.Budget, asFound: true}
	for _, t := range targets {
		for _, e := range picked {
			if e.suits(t) != "" {
				continue
			}
			if err := e.prepare(ctx, w, t); err != nil {
				return results, err
			}
			one := alike.run(ctx, w, e, t)
			if ctx.Err() != nil {
				return results, ctx.Err()
			}
			results = append(results, one)
			fmt.Fprintln(os.Stderr, one.benchLine())
		}
	}
	return results, nil
}

// write writes the page, and the plot that it shows.
func (c *benchCommand) write(path string, results []trial) error {
	plot := strings.TrimSuffix(path, filepath.Ext(path)) + ".svg"
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(plot, benchPlot(results, c.Budget.Seconds()), 0o644); err != nil {
		return err
	}
	return os.WriteFile(path, c.page(results, filepath.Base(plot)), 0o644)
}
