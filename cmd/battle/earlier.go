package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"battle.test/battle"
)

// What earlier hunts left in the findings folder may be what this one found. Under the
// same name it may have a shorter trace. Under another it is the same failure if its line
// has moved since: a finding's name goes by the place.

// readEarlier reads what is in the folder before the hunt writes into it. What is no
// finding is not the hunt's business.
func (h *hunt) readEarlier() {
	files, _ := filepath.Glob(filepath.Join(h.dir, "*.json"))
	for _, file := range files {
		if found, err := battle.ReadFinding(file); err == nil {
			h.earlier = append(h.earlier, found)
		}
	}
}

// recall runs again, in the present build, what earlier hunts left and may be the same as
// a finding of this one. If it is, it is filed once, with the shorter trace. All others
// stay as they are: whether they are still there was not asked.
func (h *hunt) recall(ctx context.Context) {
	h.recallWith(func(e *battle.Finding) *battle.Finding {
		i := slices.IndexFunc(h.jobs, func(j *job) bool { return j.target.Name == e.Target })
		if i < 0 || ctx.Err() != nil {
			return nil
		}
		defer during("running again what an earlier hunt found: " + e.ID)()
		answer, err := h.workshop.askFatal(ctx, h.jobs[i].target, battle.Request{Do: "run", File: e.ID, Trace: strings.Join(e.Trace, "\n")})
		if err != nil { // such as a trace that no longer fits
			return nil
		}
		return answer.Finding
	})
}

func (h *hunt) recallWith(again func(*battle.Finding) *battle.Finding) {
	for _, id := range slices.Sorted(maps.Keys(h.found)) {
		for _, e := range h.earlier {
			if !h.maybeSame(e, h.found[id]) {
				continue
			}
			now := again(e)
			if now == nil || now.ID != id || e.ID != id && !sameTexts(e, now) {
				continue
			}
			now.Engine, now.Seed, now.Runs, now.Updates, now.Elapsed = e.Engine, e.Seed, e.Runs, e.Updates, e.Elapsed
			now.Original, now.Tried, now.Unstable = e.Original, e.Tried, e.Unstable
			h.keep(now)
			if e.ID != id {
				fmt.Fprintf(os.Stderr, "%s is now %s: the same failure, which was at %s\n", e.ID, id, e.Place)
				h.remove(e.ID)
			}
		}
	}
}

// sameTexts tells whether a trace fails with the same words and numbers as before. One that
// only comes to another failure first may still have its own behind that.
func sameTexts(a, b *battle.Finding) bool {
	return a.Message == b.Message && a.Expected == b.Expected && a.Actual == b.Actual && a.Op == b.Op && a.Moment == b.Moment
}

// maybeSame tells whether an earlier finding is worth running again: it would be better, or
// it is in the same function and goes by another line.
func (h *hunt) maybeSame(e, found *battle.Finding) bool {
	switch {
	case e.Target != found.Target || e.Kind != found.Kind || e.Kind == battle.Harness:
		return false
	case e.ID == found.ID:
		return better(e, found)
	}
	return h.found[e.ID] == nil && e.Failure.Func != "" && e.Failure.Func == found.Failure.Func
}

// remove takes a finding out of the folder, with its explanation.
func (h *hunt) remove(id string) {
	for _, extension := range []string{".txtar", ".json", ".html"} {
		if err := os.Remove(filepath.Join(h.dir, id+extension)); err != nil && !os.IsNotExist(err) {
			h.faults = append(h.faults, err)
		}
	}
}
