package main

import (
	"fmt"
	"strings"
)

// cells are the columns of a trial after its bug, target and engine.
func (t trial) cells() (found, updates, seconds, length string) {
	found = t.hits()
	if t.Found == 0 {
		return found, "–", "–", "–"
	}
	length = fmt.Sprint(t.Length)
	if t.Once {
		length += ", once"
	}
	return found, short(t.Updates), fmt.Sprintf("%.1f", t.Seconds), length
}

const bugColumns = "%-34s %-13s %-7s %-15s %9s %8s %7s"

func (t trial) bugLine() string {
	found, updates, seconds, length := t.cells()
	line := fmt.Sprintf(bugColumns, t.Bug, t.Target, t.Engine, found, updates, seconds, length)
	if t.Fault != "" {
		line += "  FAULT: " + t.Fault
	}
	return line
}

// bugTable shows all trials. Times are of CPU, in seconds.
func bugTable(results []trial) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n"+bugColumns+"\n", "bug", "target", "engine", "found", "updates", "CPU s", "trace")
	for _, t := range results {
		fmt.Fprintln(&b, t.bugLine())
	}
	if text := togetherSummary(results); text != "" {
		b.WriteString("\n" + text)
	}
	return b.String()
}

const bugIntroduction = `# Planted bugs

Made by ` + "`battle bugs -markdown docs/bugs.md`" + `; do not edit.
%s
Each patch in ` + "`bugs/`" + ` breaks a subject in a realistic way; the suite is judged by finding it.
A row is an engine with %s and at most %.4g s of CPU time each; once most seeds have found nothing, the
others are not tried. *Updates* and *CPU s* are medians of the seeds that found it: what all of the engine's
processes ran and took, starting included, until it was found. Then the shortest find is minimised, for half a
minute at most: *trace* is what is left, in updates; *once* marks one that did not fail again, which is a
matter of the schedule.
%s

%s, %s, %s.

`

// byHandPage says what the engines find through a harness without battle.
const byHandPage = "byhand.md"

// bugPage is docs/bugs.md. It names the page of what is found by hand if there is one.
func bugPage(bugs []*bug, results []trial, under conditions, note string, byHand bool) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, bugIntroduction, note, count(under.Seeds, "seed"), under.Budget, under.begin(), under.Machine, dates(results), commits(results))
	if text := togetherSummary(results); text != "" {
		b.WriteString(text + "\n")
	}
	if byHand {
		fmt.Fprintf(&b, "What each engine finds through a harness written by hand, without battle, is in [%s](%s).\n\n", byHandPage, byHandPage)
	}
	fmt.Fprintf(&b, "| bug | target | engine | found | updates | CPU s | trace |\n|---|---|---|---|--:|--:|--:|\n")
	for _, t := range results {
		found, updates, seconds, length := t.cells()
		if t.Fault != "" {
			found += " (a fault of the harness)"
		}
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s | %s | %s | %s |\n", t.Bug, t.Bug, t.Target, t.Engine, found, updates, seconds, length)
	}
	for _, one := range bugs {
		fmt.Fprintf(&b, "\n## %s\n\nBreaks: %s  \nSeen: %s  \nRoom: `%s`\n\n%s\n", one.name, one.breaks, one.seen, one.room, one.story)
	}
	return []byte(b.String())
}
