package main

import (
	"context"
	"slices"
	"strings"

	"battle.test/battle"
)

// A piece of news is a run that the others are to be given, and what it shows that is new but
// for counts of blocks, which take length.
type news struct {
	from  *part
	run   battle.Answer
	shows []int
}

// shortRounds is how often each run is cut, at most to a few updates each time.
const shortRounds = 3

// shorten cuts runs as long as they show the same that is new, within so many updates: engines
// that mutate bytes change one that matters the more often, the fewer there are.
func (r *relay) shorten(ctx context.Context, all []news, updates int) error {
	for range shortRounds {
		var asked []battle.Request
		var of []int
		for i, n := range all {
			if len(n.shows) == 0 {
				continue
			}
			for _, trace := range shorter(n.run.Trace) {
				one := battle.Request{Trace: trace}
				if updates -= length(one); updates < 0 {
					break
				}
				asked, of = append(asked, one), append(of, i)
			}
		}
		if len(asked) == 0 {
			return nil
		}
		found, err := r.look(r.meter.within(ctx), asked)
		if err != nil {
			return err
		}
		for i, one := range found {
			n := &all[of[i]]
			if one.err == nil && one.failed == "" && one.answer.Trace != "" && one.answer.Updates < n.run.Updates && contains(r.atlas.chart(one.footprint), n.shows) {
				n.run = one.answer
			}
		}
	}
	return nil
}

// contains tells whether some traits are all among others.
func contains(all, some []int) bool {
	return !slices.ContainsFunc(some, func(t int) bool { return !slices.Contains(all, t) })
}

// shorter is a trace without most of its beginning, and without each of its quarters.
func shorter(trace string) (all []string) {
	lines := slices.Collect(strings.Lines(trace))
	for n := 1; n < len(lines); n *= 2 {
		all = append(all, strings.Join(lines[len(lines)-n:], ""))
	}
	quarter := (len(lines) + 3) / 4
	for from := 0; from < len(lines) && len(lines) > 1; from += quarter {
		all = append(all, strings.Join(slices.Delete(slices.Clone(lines), from, min(len(lines), from+quarter)), ""))
	}
	return all
}

// telling is traits without counts of blocks.
func (a *atlas) telling(traits []int) []int {
	return slices.DeleteFunc(slices.Clone(traits), func(t int) bool { return a.traits[t].kind == markTrait })
}
