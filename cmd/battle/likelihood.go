package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"battle.test/battle"
	"battle.test/explore"
)

const (
	explainBudget = 3 * time.Second
	// explainMost is how many findings of a hunt are explained: as many as it prints.
	explainMost = shownMost
)

// explainFindings adds to a hunt's first findings which update is to blame, if the
// explorer was among its engines: then the binary for it is there. It says so where it
// can't: a finding is worth more than its explanation.
func (h *hunt) explainFindings(ctx context.Context, all []*battle.Finding) map[string]*explained {
	explanations := make(map[string]*explained)
	for _, f := range all {
		if ctx.Err() != nil || len(explanations) == explainMost {
			break
		}
		j := h.explorerOf(f.Target)
		if j == nil || f.Unstable || f.Kind != battle.Mismatch && f.Kind != battle.Panic {
			continue
		}
		c := explainCommand{Seed: 1, Budget: explainBudget, Coverage: true}
		e, err := c.explain(ctx, h.workshop, j.target, battle.Request{File: f.ID, Trace: strings.Join(f.Trace, "\n")})
		if err == nil {
			err = h.writeExplanation(f, e)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "battle: %s is not explained: %v\n", f.ID, err)
			continue
		}
		explanations[f.ID] = e
	}
	return explanations
}

// explorerOf is the explorer's job in a target, or nil.
func (h *hunt) explorerOf(target string) *job {
	i := slices.IndexFunc(h.jobs, func(j *job) bool { return j.target.Name == target && j.engine.name() == explore.Name })
	if i < 0 {
		return nil
	}
	return h.jobs[i]
}

// writeExplanation puts the page that explains a finding beside it.
func (h *hunt) writeExplanation(f *battle.Finding, e *explained) error {
	page, err := e.page()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(h.dir, f.ID+".html"), page, 0o644)
}
