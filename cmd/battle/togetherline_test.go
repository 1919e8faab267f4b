package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEnginesTogetherAreComparedWithTheBestByItself(t *testing.T) {
	var results []trial
	for _, c := range []struct {
		task                  string
		native, rapid, random float64 // CPU seconds; below zero found nothing
		all                   float64
	}{
		{"lock", 9, 1, 0.5, 2}, // the control is no rival
		{"path", 9, 1, -60, 2.2},
		{"maze", 0.01, -60, -60, 0.39}, // to start takes as long
		{"queue", -60, 6, -60, -60},
		{"vault", -60, -60, -60, 30},
		{"game", -60, -60, -60, -60},
	} {
		results = append(results, racedAt(c.task, "native", c.native), racedAt(c.task, "rapid", c.rapid), racedAt(c.task, "random", c.random), racedAt(c.task, "all", c.all))
	}
	require.Equal(t, "All engines together found 3 of 4 tasks that one finds by itself, 2 of them in at most 2 × the best one's CPU time;"+
		" others: path (2.2 × rapid), queue (not found, rapid did); and alone: vault.\n", togetherSummary(results))
	require.Empty(t, togetherSummary([]trial{racedAt("lock", "native", 1)}))
}
