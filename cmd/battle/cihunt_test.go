package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Of ten minutes on two cores, sixteen are for touched targets, by weight, and four for the others.
func TestTouchedTargetsGetMostOfTheTime(t *testing.T) {
	budget := 10 * time.Minute
	for _, c := range []struct {
		name  string
		night bool
		first []float64 // weights
		rest  int
		want  []float64 // minutes
	}{
		{"some are touched", false, []float64{0.25, 1, 1}, 2, []float64{64.0 / 9, 64.0 / 9, 16.0 / 9, 2, 2}},
		{"all are", false, []float64{1, 1}, 0, []float64{10, 10}},
		{"none is", false, nil, 2, []float64{2, 2}},
		{"a night", true, nil, 2, []float64{10, 10}},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := &ciRun{flags: &ciCommand{Night: c.night, Budget: &budget, Cores: 2}, hunt: &hunt{}}
			var first []weighed
			for _, weight := range c.first {
				first = append(first, weighed{&job{}, weight})
			}
			rest := make([]*job, c.rest)
			for i := range rest {
				rest[i] = &job{}
			}
			var got []float64
			for _, j := range run.divide(first, rest) {
				got = append(got, j.slice.Minutes())
			}
			require.InDeltaSlice(t, c.want, got, 1e-6)
		})
	}
}
