package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

// cells are the columns of a trial after its bug, target and engine.
func (t trial) cells() (found, updates, seconds, length string) {
	found = fmt.Sprintf("%d of %d", t.Found, t.Seeds)
	if t.Found == 0 {
		return found, "–", "–", "–"
	}
	return found, short(t.Updates), fmt.Sprintf("%.1f", t.Seconds), fmt.Sprint(t.Length)
}

const bugColumns = "%-34s %-13s %-7s %-7s %9s %8s %7s"

func (t trial) line() string {
	found, updates, seconds, length := t.cells()
	line := fmt.Sprintf(bugColumns, t.Bug, t.Target, t.Engine, found, updates, seconds, length)
	if t.Fault != "" {
		line += "  FAULT: " + t.Fault
	}
	return line
}

// bugTable shows all trials. Times are of CPU, in seconds.
func bugTable(trials []trial) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n"+bugColumns+"\n", "bug", "target", "engine", "found", "updates", "CPU s", "trace")
	for _, t := range trials {
		fmt.Fprintln(&b, t.line())
	}
	return b.String()
}

// bugPage is docs/bugs.md.
func bugPage(bugs []*bug, trials []trial, c *bugsCommand) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Planted bugs\n\nMade by `battle bugs -markdown docs/bugs.md`; do not edit.\n\n")
	fmt.Fprintf(&b, "Each patch in `bugs/` breaks a subject in a realistic way; the suite is judged by finding it.\n")
	fmt.Fprintf(&b, "A row is an engine with %s and at most %v of CPU time each. *Updates* and *CPU s* are medians of\n", count(c.Seeds, "seed"), c.Budget)
	fmt.Fprintf(&b, "the seeds that found it: what all of the engine's processes ran and took until they had ended, starting\n")
	fmt.Fprintf(&b, "and minimising included. *Trace* is the length of the shortest minimal trace, in updates.\n\n")
	fmt.Fprintf(&b, "%s, %s/%s, %d cores, %s.\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().UTC().Format("2006-01-02"))
	fmt.Fprintf(&b, "| bug | target | engine | found | updates | CPU s | trace |\n|---|---|---|---|--:|--:|--:|\n")
	for _, t := range trials {
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
