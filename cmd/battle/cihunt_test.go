package main

import (
	"context"
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

// An engine that suits no target, as one does that sees no tests.
type unsuited struct{ engine }

func (unsuited) name() string          { return "deaf" }
func (unsuited) suits(t target) string { return "it can't hear" }

// An engine that is ready at once.
type ready struct{ engine }

func (ready) name() string                                     { return "keen" }
func (ready) suits(target) string                              { return "" }
func (ready) prepare(context.Context, *workshop, target) error { return nil }

func TestATargetThatNoEngineSuitsIsAFault(t *testing.T) {
	targets := []target{{Name: "ring"}}
	run := &ciRun{flags: &ciCommand{}, reporter: &reporter{workshop: &workshop{temp: t.TempDir()}}, engines: []engine{unsuited{}}}
	require.Empty(t, run.prepare(t.Context(), targets))
	require.Equal(t, []string{"deaf does not hunt in ring: it can't hear"}, run.Faults)
	require.Empty(t, run.Notes)

	run.Faults, run.engines = nil, []engine{unsuited{}, ready{}}
	require.Len(t, run.prepare(t.Context(), targets), 1)
	require.Empty(t, run.Faults)
	require.Equal(t, []string{"deaf does not hunt in ring: it can't hear"}, run.Notes)
}
