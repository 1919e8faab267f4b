package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// raced is a trial of tries that took so many CPU seconds; those below zero found nothing.
func raced(engine string, seconds ...float64) trial {
	t := trial{Target: "<maze>", Engine: engine}
	for _, s := range seconds {
		t.Each = append(t.Each, try{Found: s >= 0, Seconds: max(s, -s), Updates: uint64(1000 * max(s, -s))})
	}
	t.sum()
	return t
}

func TestASeedThatFoundNothingIsTheWorst(t *testing.T) {
	cases := []struct {
		tries []float64
		want  string
	}{
		{[]float64{3, 1, 2}, "2 (1..3)"},
		{[]float64{3, -60, 2}, "3 (2..∞)"},
		{[]float64{-60, -60, 2}, "not in budget (2..∞)"},
		{[]float64{-60, -61, -60}, "not in budget"},
		{[]float64{0.5}, "0.5 (0.5..0.5)"},
		{nil, "not in budget"},
	}
	for _, c := range cases {
		require.Equal(t, c.want, raced("explore", c.tries...).seconds(), "%v", c.tries)
	}
	require.Equal(t, "3000 (2000..∞)", raced("explore", 3, -60, 2).updates())
	cut := raced("native", 2, -60, -60, -60)
	cut.Settled = true
	require.Equal(t, "not in budget (2..∞)", cut.seconds())
	require.Equal(t, "1 of 4, settled", cut.hits())
}

func TestThePlotIsWellFormed(t *testing.T) {
	results := []trial{raced("explore", 0.01, 0.5, 3), raced("native", -60, -60, 59), raced("random", -61)}
	plot := string(benchPlot(results, 60))
	for decoder := xml.NewDecoder(strings.NewReader(plot)); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
	}
	require.Contains(t, plot, "&lt;maze&gt;")
	require.Equal(t, 2, strings.Count(plot, `r="4" class="missed"`), "native and random have no find at the median")
	require.NotContains(t, plot, "NaN")
	require.Contains(t, plot, ">budget, 60 s</text>")
}

// 83 bugs in the rows of 13 tasks would be a plot of many screens.
func TestThePlotOfManyTasksHasNarrowRows(t *testing.T) {
	require.Less(t, laneFor(83).row+4*laneFor(83).engine, (laneFor(13).row+4*laneFor(13).engine)*2/3)
}
