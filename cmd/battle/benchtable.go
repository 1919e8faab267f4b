package main

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// task is what a trial was about.
func (t trial) task() string { return cmp.Or(t.Bug, t.Target) }

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

const benchColumns = "%-26s %-8s %-7s %-26s %s"

func (t trial) benchLine() string {
	line := fmt.Sprintf(benchColumns, t.task(), t.Engine, fmt.Sprintf("%d of %d", t.Found, t.Seeds), t.seconds(), t.updates())
	if t.Fault != "" {
		line += "  FAULT: " + t.Fault
	}
	return line
}

// benchTable shows all trials.
func benchTable(results []trial, seeds int) string {
	var b strings.Builder
	fmt.Fprintf(&b, benchColumns+"\n", "task", "engine", "found", "CPU s, median of "+count(seeds, "seed"), "updates")
	for _, t := range results {
		fmt.Fprintln(&b, t.benchLine())
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

// page is docs/bench.md.
func (c *benchCommand) page(results []trial, plot string) []byte {
	var b strings.Builder
	engines := inOrder(results, func(t trial) string { return t.Engine })
	fmt.Fprintf(&b, "# Head to head\n\nMade by `battle bench`; do not edit.\n\n")
	fmt.Fprintf(&b, "Each engine in each task, with %s and at most %v of CPU time each: the median over the seeds, and the interval\n", count(c.Seeds, "seed"), c.Budget)
	fmt.Fprintf(&b, "from the best to the worst. A seed that found nothing counts as the worst (∞), so a median is *%s* where\n", notInBudget)
	fmt.Fprintf(&b, "most seeds found nothing. Times are of CPU, of all the engine's processes, from their start until the finding is there, not yet\n")
	fmt.Fprintf(&b, "minimised. The tasks are [examples/puzzles](../examples/puzzles/doc.go); *random* is the control: the explorer's updates without its guidance.\n\n")
	fmt.Fprintf(&b, "%s, %s/%s, %s, %d cores, %s.\n\n![CPU seconds by task and engine](%s)\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, processor(), runtime.NumCPU(), time.Now().UTC().Format("2006-01-02"), plot)
	for _, part := range []struct {
		title string
		cell  func(trial) string
	}{{"CPU seconds", trial.seconds}, {"Updates", trial.updates}} {
		fmt.Fprintf(&b, "## %s\n\n| task | %s |\n|---|%s\n", part.title, strings.Join(engines, " | "), strings.Repeat("---|", len(engines)))
		for _, task := range inOrder(results, trial.task) {
			fmt.Fprintf(&b, "| %s |", task)
			for _, e := range engines {
				fmt.Fprintf(&b, " %s |", cellOf(results, task, e, part.cell))
			}
			b.WriteByte('\n')
		}
		b.WriteByte('\n')
	}
	return []byte(strings.TrimSpace(b.String()) + "\n")
}

// cellOf is what an engine's trials of a task say; a bug may have several targets, and
// the best one counts.
func cellOf(results []trial, task, engine string, cell func(trial) string) string {
	best := -1
	for i, t := range results {
		if t.task() == task && t.Engine == engine && (best < 0 || t.Found > results[best].Found) {
			best = i
		}
	}
	if best < 0 {
		return "–"
	}
	text := cell(results[best])
	if results[best].Fault != "" {
		text += " (a fault of the harness)"
	}
	return text
}

// processor names the machine's processor, as far as that is known.
func processor() string {
	content, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(content)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				return strings.TrimSpace(value)
			}
		}
	}
	return "unknown processor"
}
