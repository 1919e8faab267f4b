package battle

import (
	"bytes"
	"math"
	"math/bits"
	"testing"

	"pgregory.net/rapid"
)

func TestStartingTapesDependOnTheSeedAlone(t *testing.T) {
	p := everythingPlan()
	first, again, other := p.startingTapes(7), p.startingTapes(7), p.startingTapes(8)
	for i := range first {
		if !bytes.Equal(first[i], again[i]) {
			t.Errorf("tape %d of seed 7 is not always the same", i)
		}
		if bytes.Equal(first[i], other[i]) {
			t.Errorf("tape %d is the same for seeds 7 and 8", i)
		}
	}
}

func TestSomeStartingTapesAreSwarms(t *testing.T) {
	p := everythingPlan()
	swarms, whole := 0, 0
	for seed := range uint64(10) {
		for _, tape := range p.startingTapes(seed) {
			if tape[0] == 0 && tape[1] == 0 {
				whole++
			} else {
				swarms++
			}
		}
	}
	if swarms < 5 || whole < 30 {
		t.Errorf("%d swarms and %d whole tapes, want at least 5 and 30", swarms, whole)
	}
}

type wideNumbers struct {
	A, B uint64
	C    int64
	D    uint32 `draw:"1000..4000000"`
}

func (*wideNumbers) Apply(*T, *nothing) {}

// ordinary tells the numbers that are near no boundary.
func ordinary(v uint64) bool {
	ones := bits.OnesCount64(v)
	return v > 1<<20 && v < 1<<63 && ones > 4 && ones < bits.Len64(v)-4
}

// A uniform draw would meet none of these in the lifetime of the sun.
func TestWideNumbersMeetTheirBoundaries(t *testing.T) {
	p := compile(Target[*nothing]{Name: "wide", New: func() *nothing { return nil }, Ops: Ops(Op[*wideNumbers](1))})
	seen, powers := make(map[string]int), make(map[uint64]bool)
	count := func(name string, when bool) {
		if when {
			seen[name]++
		}
	}
	updates := 0
	for seed := range uint64(30) {
		for _, tape := range p.startingTapes(seed) {
			var before wideNumbers
			for _, s := range p.decode(tape) {
				u := *(*wideNumbers)(s.p)
				updates++
				count("0", u.A == 0)
				count("1", u.A == 1)
				count("top", u.A == math.MaxUint64)
				if u.A > 1<<32 && bits.OnesCount64(u.A) == 1 {
					powers[u.A] = true
				}
				count("one less than one", u.A > 1<<32 && bits.OnesCount64(u.A+1) == 1)
				count("least", u.C == math.MinInt64)
				count("greatest", u.C == math.MaxInt64)
				count("low end of a range", u.D == 1000)
				count("top end of a range", u.D == 4000000)
				count("equal to an earlier one", ordinary(u.A) && u.A == before.B)
				count("near an earlier one", ordinary(u.A) && u.A != before.B && u.A-before.B+2 <= 4)
				before = u
			}
		}
	}
	if len(powers) < 15 {
		t.Errorf("%d of the 31 powers of two above 2^32 in %d updates, want at least 15", len(powers), updates)
	}
	for _, name := range []string{
		"0", "1", "top", "one less than one", "least", "greatest",
		"low end of a range", "top end of a range", "equal to an earlier one", "near an earlier one",
	} {
		if seen[name] < 5 {
			t.Errorf("%s: %d of %d updates, want at least 5", name, seen[name], updates)
		}
	}
}

// Rapid prefers small indices. Over many runs each kind must get its share all the same.
func TestKindsAreDrawnByTheirWeights(t *testing.T) {
	p := compile(Target[*nothing]{
		Name: "weights", New: func() *nothing { return nil },
		Ops: Ops(Op[*everything](8), Op[*idle](4), Op[*wideNumbers](4)),
	})
	var counts [3]int
	const runs, updates = 400, 50
	for seed := range runs {
		rapid.Custom(func(t *rapid.T) int {
			d := p.drawing(t, true)
			for range updates {
				counts[d.kind().index]++
			}
			return 0
		}).Example(seed)
	}
	for i, k := range p.kinds {
		want := float64(runs*updates*k.weight) / 16
		if got := float64(counts[i]); got < 0.8*want || got > 1.25*want {
			t.Errorf("%s: drawn %v times, want about %v", k.name, got, want)
		}
	}
}
