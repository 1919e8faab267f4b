package main

import (
	"context"
	"fmt"
	"os"
	"path"

	"battle.test/battle"
)

type corpusMinimize struct {
	Targets []string `arg:"" name:"target" help:"Targets."`
	Dry     bool     `name:"n" help:"Only say what would go."`
	JSON    bool     `help:"Print JSON."`
}

// Help is what -help adds.
func (*corpusMinimize) Help() string {
	return "A seed goes if the seeds that stay show all that its run shows: blocks of code and how often they run, roughly; states that " +
		"t.Reach tells apart; labels, and pairs of them in one run; kinds of update. Few seeds stay, and of equals the shorter. " +
		"Regressions are never removed: they are kept for what they fail on, not for what they show, and for the same reason they do not " +
		"stand in for a seed. Seeds that a person wrote a comment into stay, and so do those that fail. " +
		"Exit status: 0 minimised, 1 a seed fails, 2 a fault."
}

// A minimized corpus is what became of a target's seeds.
type minimized struct {
	Target      string   `json:"target"`
	Seeds       int      `json:"seeds"` // before
	Regressions int      `json:"regressions"`
	Commented   int      `json:"commented"` // seeds that stay for their comments
	Removed     []gone   `json:"removed"`
	Failing     []failed `json:"failing"` // seeds
}

// A gone seed is covered by those that stay.
type gone struct {
	File      string   `json:"file"`
	CoveredBy []string `json:"covered_by"`
}

// A failed trace is one of a corpus, which is to pass.
type failed struct {
	File string `json:"file"`
	Why  string `json:"why"`
}

func (c *corpusMinimize) Run(ctx context.Context, line *commandLine) error {
	w, targets, err := openTargets(ctx, line, c.Targets)
	if err != nil {
		return err
	}
	defer w.close()
	all, failing := []minimized{}, 0
	for _, t := range targets {
		items, err := w.traces(ctx, t)
		if err != nil {
			return err
		}
		m, err := w.minimize(ctx, t, items)
		if err != nil {
			return err
		}
		for _, one := range m.Removed {
			if !c.Dry {
				if err := os.Remove(w.corpusFile(t, one.File)); err != nil {
					return err
				}
			}
		}
		all, failing = append(all, m), failing+len(m.Failing)
	}
	if c.JSON {
		err = printJSON(all)
	} else {
		c.print(all)
	}
	if err == nil && failing > 0 {
		err = errFound
	}
	return err
}

func (c *corpusMinimize) print(all []minimized) {
	done := "removed"
	if c.Dry {
		done = "would remove"
	}
	for _, m := range all {
		for _, one := range m.Removed {
			fmt.Printf("%s %s: covered by %s\n", done, one.File, some(one.CoveredBy))
		}
		for _, one := range m.Failing {
			fmt.Printf("%s stays: it fails: %s\n", one.File, one.Why)
		}
		fmt.Printf("%s: %s %d of %s", m.Target, done, len(m.Removed), count(m.Seeds, "seed"))
		if m.Commented > 0 {
			fmt.Printf("; kept for their comments: %d", m.Commented)
		}
		if m.Regressions > 0 {
			fmt.Printf("; regressions, kept for what they fail on, not for what they cover: %d", m.Regressions)
		}
		fmt.Println()
	}
}

// minimize finds the seeds that may go. Those that must stay are known before any other
// is chosen.
func (w *workshop) minimize(ctx context.Context, t target, items []battle.CorpusItem) (minimized, error) {
	m := minimized{Target: t.Name, Removed: []gone{}, Failing: []failed{}}
	var seeds []battle.CorpusItem
	var traces []string
	for _, item := range items {
		if path.Base(path.Dir(item.File)) == "regressions" {
			m.Regressions++
			continue
		}
		seeds, traces = append(seeds, item), append(traces, item.Trace)
	}
	m.Seeds = len(seeds)
	found, err := w.survey(ctx, t, traces)
	if err != nil {
		return m, err
	}
	atlas := newAtlas(w.blocks[t.Package])
	before, staying := make(known), make(showers)
	var candidates []candidate
	for i, item := range seeds {
		one := candidate{item.File, item.Updates, atlas.chart(found[i].footprint)}
		content, err := os.ReadFile(w.corpusFile(t, item.File))
		if err != nil {
			return m, err
		}
		commented := hasComments(string(content))
		if found[i].failed != "" {
			m.Failing = append(m.Failing, failed{item.File, found[i].failed})
		} else if commented {
			m.Commented++
		}
		if commented || found[i].failed != "" {
			before.add(one.traits)
			staying.add(one)
		} else {
			candidates = append(candidates, one)
		}
	}
	m.Removed = append(m.Removed, superfluous(before, staying, candidates)...)
	return m, nil
}

// superfluous are the candidates that are not chosen, each with what covers it.
func superfluous(before known, staying showers, candidates []candidate) (all []gone) {
	chosen := setCover(before, candidates)
	stays := make(map[int]bool)
	for _, i := range chosen {
		stays[i] = true
		staying.add(candidates[i])
	}
	for i, c := range candidates {
		if !stays[i] {
			all = append(all, gone{c.file, staying.of(c)})
		}
	}
	return all
}
