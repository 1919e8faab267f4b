package explore

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"battle.test/explore/probe"
)

// A Line is a block of code that tells something of the failure: other futures that run
// it fail more often.
type Line struct {
	File      string  `json:"file"` // package path and file name
	Line      int     `json:"line"`
	Last      int     `json:"last"`            // of its lines
	IfFails   float64 `json:"runs_if_fails"`   // P(line runs | fails)
	IfRuns    float64 `json:"fails_if_runs"`   // P(fails | line runs)
	Runs      int     `json:"runs"`            // futures that ran it
	RunsFails int     `json:"runs_and_failed"` // of them, those that failed
}

// A tally counts which blocks ran in which futures.
type tally struct {
	ran    []int // by block
	failed []int // likewise, futures that failed
	fails  int
	runs   int
}

func newTally() *tally {
	return &tally{ran: make([]int, probe.Size), failed: make([]int, probe.Size)}
}

// add takes in the counters of a run.
func (t *tally) add(fails bool) {
	t.runs++
	if fails {
		t.fails++
	}
	counters := probe.Counters[:(probe.Size+7)&^7]
	for at := 0; at < len(counters); at += 8 {
		word := binary.LittleEndian.Uint64(counters[at:])
		for word != 0 {
			i := bits.TrailingZeros64(word) / 8
			t.ran[at+i]++
			if fails {
				t.failed[at+i]++
			}
			word &^= 0xff << (8 * i)
		}
	}
}

// linesMax bounds what is listed: a reader looks at the first few.
const linesMax = 20

// lines are the most telling blocks, by the coefficient of Ochiai (Abreu, Zoeteweij and
// van Gemund, "On the accuracy of spectrum-based fault localization", 2007): the
// geometric mean of both probabilities. What tells no more than a block that always runs
// is left out.
func (t *tally) lines() []Line {
	var all []Line
	for i, b := range probe.Blocks {
		if t.failed[i] == 0 || t.failed[i]*t.runs <= t.ran[i]*t.fails {
			continue
		}
		all = append(all, Line{
			File: b.File, Line: b.Line, Last: b.Last, Runs: t.ran[i], RunsFails: t.failed[i],
			IfFails: float64(t.failed[i]) / float64(t.fails),
			IfRuns:  float64(t.failed[i]) / float64(t.ran[i]),
		})
	}
	ochiai := func(l Line) float64 { return math.Sqrt(l.IfFails * l.IfRuns) }
	slices.SortStableFunc(all, func(a, b Line) int { return cmp.Compare(ochiai(b), ochiai(a)) })
	seen := make(map[string]bool) // a line may be the first of several blocks
	all = slices.DeleteFunc(all, func(l Line) bool {
		at := fmt.Sprintf("%s:%d", l.File, l.Line)
		again := seen[at]
		seen[at] = true
		return again
	})
	return all[:min(len(all), linesMax)]
}
