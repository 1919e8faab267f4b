package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"battle.test/explore"
)

// startUp is the CPU time, in seconds, below which trials are not told apart: a process
// takes about as long to start, and the command looks for its find 20 times a second.
const startUp = 0.2

// clearly is how many times as long another engine must take for one to be ahead.
const clearly = 2

// A standing is how the explorer did in a task against the best of the others there.
type standing struct {
	task   string
	own    try // median
	found  bool
	rival  string // that was best, or "" if none has found it
	best   try
	budget float64 // in CPU seconds
}

// standings compares where the explorer and others were in a task.
func standings(results []trial, budget float64) (all []standing) {
	engines := inOrder(results, func(t trial) string { return t.Engine })
	for _, task := range inOrder(results, trial.task) {
		s, others := standing{task: task, budget: budget}, 0
		own, there := bestOf(results, task, explore.Name)
		s.own, s.found = own.middle()
		for _, e := range engines {
			t, competes := bestOf(results, task, e)
			if e == explore.Name || e == togetherName || !competes || t.Fault != "" && t.Found == 0 {
				continue
			}
			others++
			if one, found := t.middle(); found && (s.rival == "" || one.Seconds < s.best.Seconds) {
				s.rival, s.best = e, one
			}
		}
		if there && others > 0 {
			all = append(all, s)
		}
	}
	return all
}

// ratio is how many times as long as the best of the others the explorer took. Who
// found nothing counts with the whole budget, so it took that long or longer.
func (s standing) ratio() float64 {
	took := func(one try, found bool) float64 {
		if !found {
			return s.budget
		}
		return max(startUp, one.Seconds)
	}
	return took(s.own, s.found) / took(s.best, s.rival != "")
}

// verdict is the standing in words.
func (s standing) verdict() string {
	ratio := s.ratio()
	switch {
	case !s.found && s.rival == "":
		return "nobody"
	case s.rival == "":
		return "alone"
	case !s.found:
		return "not found, " + s.rival + " did"
	case max(s.own.Seconds, s.best.Seconds) <= startUp:
		return "both at once (" + s.rival + ")"
	case ratio > 1:
		return fmt.Sprintf("%.2g × slower than %s", ratio, s.rival)
	}
	return fmt.Sprintf("%.2g × faster than %s", 1/ratio, s.rival)
}

// updates is the same in updates, where no time hides what was needed.
func (s standing) updates() string {
	if !s.found || s.rival == "" {
		return "–"
	}
	return fmt.Sprintf("%.2g × those of %s", float64(s.own.Updates)/float64(max(1, s.best.Updates)), s.rival)
}

// summary says where the explorer wins, and where it does not yet.
func summary(all []standing) string {
	if len(all) == 0 {
		return ""
	}
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b standing) int { return cmp.Compare(a.ratio(), b.ratio()) })
	var beaten, missed, nobody, alone, ahead, behind []string
	level := 0
	for _, s := range all {
		ratio, named := s.ratio(), fmt.Sprintf("%s (%s)", s.task, s.verdict())
		switch {
		case !s.found && s.rival == "":
			nobody = append(nobody, s.task)
		case s.rival == "":
			alone = append(alone, s.task)
		case ratio < 1/float64(clearly):
			ahead = append(ahead, named)
		case ratio <= clearly:
			level++
		default:
			behind = append(behind, named)
			beaten = append(beaten, s.task)
		}
		if !s.found {
			missed = append(missed, s.task)
		}
	}
	var b strings.Builder
	line := func(title string, names []string) {
		text := "none"
		if len(names) > 0 {
			text = strings.Join(names, ", ")
		}
		fmt.Fprintf(&b, "- %s: %s\n", title, text)
	}
	fmt.Fprintf(&b, "Of %s:\n\n", count(len(all), "task"))
	line(fmt.Sprintf("explore was beaten by more than %d × on", clearly), beaten)
	line("not found by explore in the budget", missed)
	fmt.Fprintf(&b, "\nWhere explore wins:\n\n")
	line("it alone found", alone)
	line(fmt.Sprintf("more than %d × faster than the best of the others", clearly), ahead)
	fmt.Fprintf(&b, "\nWhere it does not, yet:\n\n")
	line(fmt.Sprintf("more than %d × slower than the best of the others, or not found", clearly), behind)
	line("found by nobody", nobody)
	fmt.Fprintf(&b, "- level, within %d ×: %s\n", clearly, count(level, "task"))
	return b.String()
}
