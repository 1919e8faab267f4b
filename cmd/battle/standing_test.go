package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExploreIsComparedWithTheBestOfTheOthers(t *testing.T) {
	cases := []struct {
		name          string
		own           float64 // CPU seconds; below zero found nothing
		native, rapid float64
		verdict       string
		ratio         float64
	}{
		{"faster than both", 1, 9, 4, "4 × faster than rapid", 0.25},
		{"slower than one", 6, 2, 30, "3 × slower than native", 3},
		{"alone", 1.5, -60, -60, "alone", 1.5 / 60},
		{"nobody", -60, -60, -60, "nobody", 1},
		{"missed", -60, 6, -60, "not found, native did", 10},
		{"no time at all", 0.01, 0.19, 5, "both at once (native)", 1},
		{"a lead that is noise", 0.19, 0.01, 5, "both at once (native)", 1},
		{"slower than no time at all", 1, 0.01, 5, "5 × slower than native", 5},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			all := standings([]trial{racedAt("lock", "explore", c.own), racedAt("lock", "native", c.native), racedAt("lock", "rapid", c.rapid)}, 60)
			require.Len(t, all, 1)
			require.Equal(t, c.verdict, all[0].verdict())
			require.InDelta(t, c.ratio, all[0].ratio(), 1e-9)
		})
	}
	require.Empty(t, standings([]trial{racedAt("lock", "native", 1), racedAt("path", "explore", 1)}, 60), "nothing to compare")
}

func TestUpdatesAreComparedAsTheyAre(t *testing.T) {
	all := standings([]trial{racedAt("lock", "explore", 0.01), racedAt("lock", "native", 0.1)}, 60)
	require.Equal(t, "0.1 × those of native", all[0].updates())
	all = standings([]trial{racedAt("lock", "explore", 0.01), racedAt("lock", "native", -60)}, 60)
	require.Equal(t, "–", all[0].updates())
}

func TestTheSummarySaysWhereWeWinAndWhereNotYet(t *testing.T) {
	var results []trial
	for _, c := range []struct {
		task        string
		own, native float64
	}{{"lock", 1, -60}, {"path", 1, 20}, {"maze", 3, 2}, {"deque", 5, 2}, {"queue", -60, 1}, {"game", -60, -60}} {
		results = append(results, racedAt(c.task, "explore", c.own), racedAt(c.task, "native", c.native))
	}
	require.Equal(t, `Of 6 tasks:

- explore was beaten by more than 2 × on: deque, queue
- not found by explore in the budget: game, queue

Where explore wins:

- it alone found: lock
- more than 2 × faster than the best of the others: path (20 × faster than native)

Where it does not, yet:

- more than 2 × slower than the best of the others, or not found: deque (2.5 × slower than native), queue (not found, native did)
- found by nobody: game
- level, within 2 ×: 1 task
`, summary(standings(results, 60)))
	require.Empty(t, summary(nil))
}
