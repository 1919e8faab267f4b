package explore

import (
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/explore/probe"
)

// TestTellingLinesComeFirst counts 100 futures, 20 of which fail.
func TestTellingLinesComeFirst(t *testing.T) {
	before := probe.Blocks
	t.Cleanup(func() { probe.Blocks = before })
	probe.Blocks = nil
	tally := &tally{runs: 100, fails: 20}
	for _, b := range []struct{ line, ran, failed int }{
		{10, 100, 20}, // always runs
		{20, 50, 10},  // as often as not, whether it fails or not
		{30, 40, 20},  // whenever it fails, and else too
		{40, 21, 20},  // is the bug
		{41, 5, 5},    // one way into it
		{40, 20, 19},  // another block of the same line
		{50, 10, 0},   // only where it passes
		{60, 0, 0},    // never
	} {
		probe.Blocks = append(probe.Blocks, probe.Block{File: "p/f.go", Line: b.line, Last: b.line})
		tally.ran, tally.failed = append(tally.ran, b.ran), append(tally.failed, b.failed)
	}
	lines := tally.lines()
	var got []int
	for _, l := range lines {
		got = append(got, l.Line)
	}
	require.Equal(t, []int{40, 30, 41}, got)
	require.Equal(t, Line{File: "p/f.go", Line: 40, Last: 40, IfFails: 1, IfRuns: 20.0 / 21, Runs: 21, RunsFails: 20}, lines[0])
}
