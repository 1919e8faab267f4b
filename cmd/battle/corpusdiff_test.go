package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/explore"
	"battle.test/explore/probe"
)

func TestADiffGoesByContentAndByReach(t *testing.T) {
	atlas := newAtlas([]probe.Block{{File: "m/a.go", Line: 1, Last: 2}, {File: "m/a.go", Line: 3, Last: 9}})
	ran := map[string]surveyed{
		"both\n":   {footprint: &explore.Footprint{Kinds: []string{"put"}, Marks: []explore.Mark{0}}},
		"only a\n": {footprint: &explore.Footprint{Kinds: []string{"put"}, Marks: []explore.Mark{0, 1}, Labels: []string{"x", "y"}}},
		"only b\n": {footprint: &explore.Footprint{Kinds: []string{"put"}, Marks: []explore.Mark{0, 16}, States: []explore.State{{Name: "fill", K: 3}}}, failed: "it differs"},
		"dead\n":   {failed: "the process died"},
	}
	a, b := side{path: "A", files: make(map[string]string)}, side{path: "B", files: make(map[string]string)}
	for _, one := range []taken{{"A/1", "both\n", 1}, {"A/2", "only a\n", 1}, {"A/3", "both\n", 1}} {
		a.put(one)
	}
	for _, one := range []taken{{"B/x", "only b\n", 1}, {"B/y", "both\n", 1}, {"B/z", "dead\n", 1}} {
		b.put(one)
	}
	a.chart(atlas, ran)
	b.chart(atlas, ran)
	require.Equal(t, differing{
		Path: "A", Traces: 2, Only: []string{"A/2"}, Failing: []failed{},
		Reaches: showing{Labels: []string{"x", "y"}, Pairs: []string{"x with y"}, Counts: 1},
	}, a.against(&b, atlas))
	require.Equal(t, differing{
		Path: "B", Traces: 3, Only: []string{"B/x", "B/z"}, Failing: []failed{{"B/x", "it differs"}, {"B/z", "the process died"}},
		Reaches: showing{States: []string{"fill=3"}, Blocks: []string{"m/a.go:3-9"}, Counts: 1},
	}, b.against(&a, atlas))
	require.Equal(t, showing{}, a.against(&a, atlas).Reaches)
}

func TestADiffIsOfOneTarget(t *testing.T) {
	ring, tip := target{Name: "ring", Package: "m/a", Func: "FuzzX"}, target{Name: "tip", Package: "m/b", Func: "FuzzX"}
	both := []target{ring, tip}
	_, err := (&corpusDiff{Target: "FuzzX", A: "tip"}).pick(both)
	require.EqualError(t, err, "-target FuzzX is ring (m/a.FuzzX) and tip (m/b.FuzzX): name one of them")
	_, err = (&corpusDiff{A: "out", B: "in"}).pick(both)
	require.EqualError(t, err, "which target? say -target with one of ring, tip")

	for _, c := range []struct {
		diff corpusDiff
		of   []target
		want string
	}{
		{corpusDiff{Target: "FuzzX", A: "out"}, both[1:], "tip"},
		{corpusDiff{A: "out"}, both[:1], "ring"},
		{corpusDiff{A: "some/corpus/tip"}, both, "tip"},
		{corpusDiff{A: "out", B: "ring"}, both, "ring"},
	} {
		picked, err := c.diff.pick(c.of)
		require.NoError(t, err)
		require.Equal(t, c.want, picked.Name)
	}
}

func TestAShowingInALine(t *testing.T) {
	for want, s := range map[string]showing{
		"":                                     {},
		"update put":                           {Updates: []string{"put"}},
		"labels a, b, c and 2 more; state x=1": {Labels: []string{"a", "b", "c", "d", "e"}, Pairs: []string{"a with b"}, States: []string{"x=1"}},
		"label pair a with b":                  {Pairs: []string{"a with b"}},
		"block m/a.go:1-2":                     {Blocks: []string{"m/a.go:1-2"}, Counts: 2},
		"2 counts of blocks":                   {Counts: 2},
	} {
		require.Equal(t, want, s.String())
	}
}
