package main

import (
	"fmt"
	"slices"
	"strings"

	"battle.test/explore"
)

const benchIntroduction = `# Head to head

Made by ` + "`battle bench`" + `; do not edit.
%s
%s, %s, %s.

%s
## How to read it

Each engine in each task, with %s and at most %.4g s of CPU time each: the median over the seeds, and the interval
from the best to the worst. A seed that found nothing counts as the worst (∞), so a median is *not in budget* where
most seeds found nothing. Once that is settled, the seeds that are left are not tried: they could not change it. So
%d of %d tries were made; *0 of 3* says how many of how many found it where some were left out.

Times are of CPU, of all the engine's processes, from their start until the finding is there, not yet minimised.
Tasks run side by side, one a core: what one takes from another is time of the clock, not of this budget.%s

%s
The tasks are those of [examples/puzzles](../examples/puzzles/doc.go), and, where they are listed, the
[planted bugs](bugs.md). *random* is the control: the explorer's updates without its guidance.

*explore : best* compares the medians of explore and of the best other engine. CPU times below %.1g s count as %.1g s
there: so long takes a process to start and the command to notice, and a ratio of less is noise. Who found nothing
counts with the whole budget. Updates are compared as they are, where both found it; an engine that starts from many
tapes at once pays for them in updates before it begins.
`

// benchPage is docs/bench.md, with a plot for each group of the results.
func benchPage(results []trial, under conditions, note string, plots []string) []byte {
	var b strings.Builder
	tried := 0
	for _, t := range results {
		tried += len(t.Each)
	}
	all := standings(results, under.Budget)
	words := summary(all)
	if text := togetherSummary(results); text != "" {
		words += "\n" + text
	}
	fmt.Fprintf(&b, benchIntroduction, note, under.Machine, dates(results), commits(results), words, count(under.Seeds, "seed"), under.Budget,
		tried, len(results)*under.Seeds, oneWorker(results), under.begin(), startUp, startUp)
	for i, group := range groups(results) {
		title := "Tasks"
		if group[0].Bug != "" {
			title = "Planted bugs"
		}
		fmt.Fprintf(&b, "\n## %s\n\n![CPU seconds by task and engine](%s)\n", title, plots[i])
		benchCells(&b, "CPU seconds", group, all, trial.seconds, standing.verdict)
		benchCells(&b, "Updates", group, all, trial.updates, standing.updates)
	}
	return []byte(b.String())
}

// oneWorker says of engines that have more workers elsewhere, where they took part, that they have one.
func oneWorker(results []trial) string {
	has := func(e engine) bool {
		return slices.ContainsFunc(results, func(t trial) bool { return t.Engine == e.name() })
	}
	switch {
	case has(gofuzz{}):
		return " The native\nfuzzer and go-fuzz get one worker each. go-fuzz takes no seed: its tries differ all the same."
	case has(native{}):
		return " The native\nfuzzer gets one worker."
	}
	return ""
}

// groups are the trials of tasks, and those of bugs.
func groups(results []trial) (all [][]trial) {
	tasks := slices.DeleteFunc(slices.Clone(results), func(t trial) bool { return t.Bug != "" })
	bugs := slices.DeleteFunc(slices.Clone(results), func(t trial) bool { return t.Bug == "" })
	return slices.DeleteFunc([][]trial{tasks, bugs}, func(group []trial) bool { return len(group) == 0 })
}

// benchCells writes a table with a row a task and a column an engine.
func benchCells(b *strings.Builder, title string, results []trial, all []standing, cell func(trial) string, compare func(standing) string) {
	engines := inOrder(results, func(t trial) string { return t.Engine })
	compared := slices.Contains(engines, explore.Name) && len(engines) > 1
	columns := engines
	if compared {
		columns = append(slices.Clone(engines), "explore : best")
	}
	fmt.Fprintf(b, "\n### %s\n\n| task | %s |\n|---|%s\n", title, strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
	for _, task := range inOrder(results, trial.task) {
		fmt.Fprintf(b, "| %s |", task)
		for _, e := range engines {
			fmt.Fprintf(b, " %s |", cellOf(results, task, e, cell))
		}
		if i := slices.IndexFunc(all, func(s standing) bool { return s.task == task }); i >= 0 {
			fmt.Fprintf(b, " %s |", compare(all[i]))
		} else if compared {
			b.WriteString(" – |")
		}
		b.WriteByte('\n')
	}
}

func cellOf(results []trial, task, engine string, cell func(trial) string) string {
	t, there := bestOf(results, task, engine)
	switch {
	case !there:
		return "–"
	case t.Fault != "" && len(t.Each) == 0:
		return "a fault of the harness"
	}
	text := cell(t)
	if t.Settled {
		text += fmt.Sprintf(", %d of %d", t.Found, t.Seeds)
	}
	if t.Fault != "" {
		text += " (a fault of the harness)"
	}
	return text
}

// dates are the days on which the trials were made.
func dates(results []trial) string {
	days := inOrder(results, func(t trial) string { return t.Date })
	slices.Sort(days)
	days = slices.DeleteFunc(days, func(day string) bool { return day == "" })
	if len(days) == 0 {
		return "no day"
	}
	if first, last := days[0], days[len(days)-1]; first != last {
		return first + " to " + last
	}
	return days[0]
}
