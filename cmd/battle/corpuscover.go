package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"battle.test/battle"
	"battle.test/cmd/battle/likelihood"
)

type corpusCover struct {
	Targets []string `arg:"" optional:"" name:"target" help:"Targets (default all)."`
	HTML    string   `help:"Write a page into this file that shows how many traces ran each line."`
	JSON    bool     `help:"Print JSON, with the blocks that never ran."`
}

// Help is what -help adds.
func (*corpusCover) Help() string {
	return "Runs the traces of the corpus, seeds and regressions, with the packages under test instrumented as for the explorer. " +
		"A block is a stretch of code without branches. Packages of which nothing ran are left out: they are the subject of other targets. " +
		"What New and the updates do counts, what Close does not. " +
		"Exit status: 0 all passed, 1 a trace fails, 2 a fault."
}

// A covered corpus is what the traces of some targets show together.
type covered struct {
	Targets  []coveredTarget  `json:"targets"`
	Packages []coveredPackage `json:"packages"`
}

// A coveredTarget is what the traces of one show.
type coveredTarget struct {
	Name    string   `json:"target"`
	Traces  int      `json:"traces"`
	Updates int      `json:"updates"` // of all traces
	Kinds   []string `json:"kinds"`   // of update, that are in them
	Missing []string `json:"missing"` // kinds that are not
	Labels  []string `json:"labels"`
	Pairs   int      `json:"pairs"`  // of labels in one run
	States  int      `json:"states"` // that t.Reach tells apart
	Failing []failed `json:"failing"`
}

func (c *corpusCover) Run(ctx context.Context, line *commandLine) error {
	page := ""
	if c.HTML != "" {
		page = from(line.Dir, c.HTML)
	}
	if err := writableFile("-html", line.Dir, c.HTML); err != nil {
		return err
	}
	w, targets, err := openTargets(ctx, line, c.Targets)
	if err != nil {
		return err
	}
	defer w.close()
	all := &covered{Targets: []coveredTarget{}}
	counted := newGround()
	for _, t := range targets {
		items, err := w.traces(ctx, t)
		if err != nil {
			return err
		}
		one, err := w.cover(ctx, t, items, counted)
		if err != nil {
			return err
		}
		all.Targets = append(all.Targets, one)
	}
	all.Packages = counted.packages()
	if page != "" {
		if err := w.writeCoverPage(page, all, counted); err != nil {
			return err
		}
	}
	if c.JSON {
		err = printJSON(all)
	} else {
		fmt.Print(all.text())
	}
	failing := slices.ContainsFunc(all.Targets, func(t coveredTarget) bool { return len(t.Failing) > 0 })
	if err == nil && failing {
		err = errFound
	}
	return err
}

// cover runs a target's corpus, and adds what it covers to the ground.
func (w *workshop) cover(ctx context.Context, t target, items []battle.CorpusItem, on *ground) (coveredTarget, error) {
	one := coveredTarget{Name: t.Name, Traces: len(items), Kinds: []string{}, Missing: []string{}, Labels: []string{}, Failing: []failed{}}
	var traces []string
	for _, item := range items {
		traces, one.Updates = append(traces, item.Trace), one.Updates+item.Updates
	}
	found, err := w.survey(ctx, t, traces)
	if err != nil {
		return one, err
	}
	atlas := newAtlas(w.blocks[t.Package])
	runs := make([]int, len(atlas.blocks))
	for i, s := range found {
		if s.failed != "" {
			one.Failing = append(one.Failing, failed{items[i].File, s.failed})
		}
		for _, n := range atlas.chart(s.footprint) {
			if seen := atlas.traits[n]; seen.kind == blockTrait {
				runs[seen.k]++
			}
		}
	}
	on.add(atlas.blocks, runs)
	one.count(atlas, t.description)
	return one, nil
}

// count sums up what is not code.
func (one *coveredTarget) count(atlas *atlas, d *battle.Description) {
	for _, seen := range atlas.traits {
		switch seen.kind {
		case updateTrait:
			one.Kinds = append(one.Kinds, seen.a)
		case labelTrait:
			one.Labels = append(one.Labels, seen.a)
		case pairTrait:
			one.Pairs++
		case stateTrait:
			one.States++
		}
	}
	slices.Sort(one.Kinds)
	slices.Sort(one.Labels)
	for _, op := range d.Ops {
		if !slices.Contains(one.Kinds, op.Name) {
			one.Missing = append(one.Missing, op.Name)
		}
	}
}

// text is the coverage as a table.
func (c *covered) text() string {
	var b strings.Builder
	for _, t := range c.Targets {
		fmt.Fprintf(&b, "%s\n", t.line())
		for _, f := range t.Failing {
			fmt.Fprintf(&b, "  %s fails: %s\n", f.File, f.Why)
		}
	}
	if len(c.Packages) == 0 {
		fmt.Fprintf(&b, "\nno blocks were counted: %s\n", c.noBlocks())
		return b.String()
	}
	fmt.Fprintf(&b, "\n%9s %15s  %s\n", "covered", "blocks", "package and file")
	row := func(p portion, name string) {
		fmt.Fprintf(&b, "%9s %15s  %s\n", likelihood.Percentage(p.Share), fmt.Sprintf("%d of %d", p.Covered, p.Blocks), name)
	}
	for _, p := range c.Packages {
		row(p.portion, p.Package)
		for _, f := range p.Files {
			row(f.portion, "  "+f.Name)
		}
	}
	return b.String()
}

// whyUncounted is why no blocks were counted although something ran.
const whyUncounted = "what is under test lies in Go's module cache, or in the package of the harness"

// noBlocks is why no blocks were counted, where none were.
func (c *covered) noBlocks() string {
	if !slices.ContainsFunc(c.Targets, func(t coveredTarget) bool { return t.Traces > 0 }) {
		return "the corpus has no traces"
	}
	return whyUncounted
}

// line is a target in a line.
func (t coveredTarget) line() string {
	text := fmt.Sprintf("%s: %s, %s, %d of %s", t.Name, count(t.Traces, "trace"), count(t.Updates, "update"), len(t.Kinds), count(len(t.Kinds)+len(t.Missing), "kind"))
	if len(t.Missing) > 0 {
		text += " (not " + strings.Join(t.Missing, ", ") + ")"
	}
	return text + fmt.Sprintf(", %s, %s", count(len(t.Labels), "label"), count(t.States, "state"))
}
