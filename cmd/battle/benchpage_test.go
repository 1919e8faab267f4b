package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func racedAt(task, engine string, seconds ...float64) trial {
	t := raced(engine, seconds...)
	t.Target, t.Date = task, "2026-11-25"
	return t
}

var sixty = conditions{Budget: 60, Seeds: 5, Machine: "a machine"}

func TestThePageHasAColumnAnEngine(t *testing.T) {
	fuzz := raced("native", -60, -60, -60)
	fuzz.Settled = true
	page := string(benchPage([]trial{raced("explore", 1), fuzz}, sixty, "", []string{"bench.svg"}))
	require.Contains(t, page, "| task | explore | native | explore : best |\n|---|---|---|---|\n| <maze> | 1 (1..1) | not in budget, 0 of 3 | alone |\n")
	require.Contains(t, page, "![CPU seconds by task and engine](bench.svg)")
	require.Contains(t, page, "4 of 10 tries were made")
	require.Contains(t, page, "none with its regressions")
	require.NotContains(t, page, "%!")
	require.Contains(t, page, "fuzzer gets one worker.")
	require.NotContains(t, page, "go-fuzz")
	peer := string(benchPage([]trial{raced("explore", 1), raced("gofuzz", 1)}, sixty, "", []string{"bench.svg"}))
	require.Contains(t, peer, "go-fuzz takes no seed")
	require.NotContains(t, page, "Planted bugs")

	under := sixty
	under.Regressions = true
	require.Contains(t, string(benchPage([]trial{fuzz}, under, "", []string{"bench.svg"})), "begins with the whole corpus")
}

func TestThePageHasBugsApart(t *testing.T) {
	bug := racedAt("ring", "explore", 1)
	bug.Bug = "tip-bug"
	page := string(benchPage([]trial{racedAt("lock", "explore", 1), bug}, sixty, "\n**Interrupted.**\n", []string{"bench.svg", "bench-bugs.svg"}))
	tasks, bugs, _ := strings.Cut(page, "## Planted bugs")
	require.Contains(t, tasks, "**Interrupted.**")
	require.Contains(t, tasks, "](bench.svg)")
	require.Contains(t, tasks, "| lock | 1 (1..1) |\n")
	require.NotContains(t, tasks, "| tip-bug |")
	require.Contains(t, bugs, "](bench-bugs.svg)")
	require.Contains(t, bugs, "| tip-bug | 1 (1..1) |\n")
}

// An engine that could not be built found nothing for another reason than its budget.
func TestAFaultIsNoMiss(t *testing.T) {
	broken := trial{Target: "lock", Engine: "native", Seeds: 5, Each: []try{}, Fault: "it does not build"}
	page := string(benchPage([]trial{racedAt("lock", "explore", 1), broken}, sixty, "", []string{"bench.svg"}))
	require.Contains(t, page, "| lock | 1 (1..1) | a fault of the harness | – |\n")
	require.ErrorContains(t, faults([]trial{broken}), "native in lock: it does not build")
	require.NoError(t, faults([]trial{racedAt("lock", "explore", 1)}))
}

func TestTheDatesAreThoseOfTheTrials(t *testing.T) {
	require.Equal(t, "2026-11-25", dates([]trial{{Date: "2026-11-25"}, {Date: "2026-11-25"}}))
	require.Equal(t, "2026-11-25 to 2026-11-27", dates([]trial{{Date: "2026-11-27"}, {Date: "2026-11-25"}}))
}
