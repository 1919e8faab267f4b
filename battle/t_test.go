package battle

import (
	"slices"
	"testing"
)

func TestLabelsCountRunsAndHits(t *testing.T) {
	one := new(T)
	built := string(append([]byte("sp"), "lit"...)) // equal to "split", at another address
	for run, marks := range [][]string{{"split", built, "other"}, {}, {"split"}} {
		one.labels.run = uint64(run + 1)
		for _, m := range marks {
			one.Label(m)
		}
	}
	got := []LabelStat{}
	for _, l := range one.labels.seen {
		got = append(got, LabelStat{l.name, l.runs, l.hits})
	}
	if want := []LabelStat{{"split", 2, 3}, {"other", 1, 1}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// guide records what it hears.
type guide struct{ heard []string }

func (g *guide) Reach(name string, k uint64)    { g.heard = append(g.heard, "reach "+name) }
func (g *guide) Maximize(name string, v uint64) { g.heard = append(g.heard, "maximize "+name) }

func TestHintsReachTheGuide(t *testing.T) {
	one := new(T)
	one.Reach("nobody", 1)
	one.Maximize("listens", 2)
	g := &guide{}
	one.guide = g
	one.Reach("state", 1)
	one.Maximize("fill", 2)
	if want := []string{"reach state", "maximize fill"}; !slices.Equal(g.heard, want) {
		t.Errorf("got %v, want %v", g.heard, want)
	}
}
