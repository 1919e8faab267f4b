package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// middle is the median try, one that found nothing counting as one that took longest.
// So it is a find if most seeds had one.
func (t trial) middle() (one try, found bool) {
	if len(t.Each) == 0 {
		return try{}, false
	}
	inOrder := slices.Clone(t.Each)
	slices.SortFunc(inOrder, func(a, b try) int {
		if a.Found != b.Found {
			return cmp.Compare(b2i(b.Found), b2i(a.Found))
		}
		return cmp.Compare(a.Seconds, b.Seconds)
	})
	one = inOrder[len(inOrder)/2]
	return one, one.Found
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

const notInBudget = "not in budget"

// seconds and updates are the median and the interval, as text.
func (t trial) seconds() string {
	return t.interval(func(one try) string { return fmt.Sprintf("%.3g", one.Seconds) }, func(a, b try) int { return cmp.Compare(a.Seconds, b.Seconds) })
}

func (t trial) updates() string {
	return t.interval(func(one try) string { return short(one.Updates) }, func(a, b try) int { return cmp.Compare(a.Updates, b.Updates) })
}

func (t trial) interval(text func(try) string, compare func(a, b try) int) string {
	found := slices.DeleteFunc(slices.Clone(t.Each), func(one try) bool { return !one.Found })
	if len(found) == 0 {
		return notInBudget
	}
	low, high := text(slices.MinFunc(found, compare)), text(slices.MaxFunc(found, compare))
	if len(found) < len(t.Each) {
		high = "∞"
	}
	middle := notInBudget
	if one, ok := t.middle(); ok {
		middle = text(one)
	}
	return fmt.Sprintf("%s (%s..%s)", middle, low, high)
}

// hits is how many of the tries found it, and whether the others were left out.
func (t trial) hits() string {
	text := fmt.Sprintf("%d of %d", t.Found, t.Seeds)
	if t.Settled {
		text += ", settled"
	}
	return text
}

const benchColumns = "%-34s %-8s %-15s %-26s %s"

func (t trial) benchLine() string {
	line := fmt.Sprintf(benchColumns, t.task(), t.Engine, t.hits(), t.seconds(), t.updates())
	if t.Fault != "" {
		line += "  FAULT: " + t.Fault
	}
	return line
}

// benchTable shows all trials, and what they come to.
func benchTable(results []trial, c conditions) string {
	var b strings.Builder
	fmt.Fprintf(&b, benchColumns+"\n", "task", "engine", "found", "CPU s, median of "+count(c.Seeds, "seed"), "updates")
	for _, t := range results {
		fmt.Fprintln(&b, t.benchLine())
	}
	for _, text := range []string{summary(standings(results, c.Budget)), togetherSummary(results)} {
		if text != "" {
			b.WriteString("\n" + text)
		}
	}
	return b.String()
}

// inOrder lists what the results say of it, each once, in the order in which it comes.
func inOrder(results []trial, of func(trial) string) (names []string) {
	for _, t := range results {
		if name := of(t); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// bestOf is an engine's trial of a task. A bug may have several targets: the one that
// shows it with most seeds counts.
func bestOf(results []trial, task, engine string) (best trial, there bool) {
	for _, t := range results {
		if t.task() == task && t.Engine == engine && (!there || t.Found > best.Found) {
			best, there = t, true
		}
	}
	return best, there
}
