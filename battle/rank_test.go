package battle

import (
	"math"
	"reflect"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

func TestRanksOrderValuesFromTheSimplestOn(t *testing.T) {
	p := everythingPlan()
	for _, f := range p.byName["everything"].root.fields {
		n, isNumber := f.node.(*numberNode)
		if !isNumber {
			continue
		}
		if got := n.unrank(0); got != n.simplest() {
			t.Errorf("%s: rank 0 is %s, want the simplest value %s", f.name, n.decimal(got), n.decimal(n.simplest()))
		}
		rapid.Check(t, func(t *rapid.T) {
			v := n.random(t, f.name)
			if rank := n.rank(v); rank > n.top-n.low || n.unrank(rank) != v {
				t.Fatalf("%s: %s has rank %d of %d, which is %s", f.name, n.decimal(v), rank, n.top-n.low, n.decimal(n.unrank(rank)))
			}
			rank := rapid.Uint64Range(0, n.top-n.low).Draw(t, "rank")
			if got := n.rank(n.unrank(rank)); got != rank {
				t.Fatalf("%s: rank %d is %s, which has rank %d", f.name, rank, n.decimal(n.unrank(rank)), got)
			}
			if rank > 0 && n.signed && size(n.unrank(rank)) < size(n.unrank(rank-1)) {
				t.Fatalf("%s: rank %d (%s) is nearer to zero than the one before (%s)", f.name, rank, n.decimal(n.unrank(rank)), n.decimal(n.unrank(rank-1)))
			}
		})
	}
}

// size is a signed number's distance from zero.
func size(v uint64) uint64 {
	if int64(v) < 0 && int64(v) != math.MinInt64 {
		return -v
	}
	return v
}

func TestNumbersAreLoweredToTheLastThatFails(t *testing.T) {
	p := everythingPlan()
	for _, f := range p.byName["everything"].root.fields {
		n, isNumber := f.node.(*numberNode)
		if !isNumber || n.typ.Kind() == reflect.Bool {
			continue
		}
		rapid.Check(t, func(t *rapid.T) {
			one := newStep(p.byName["everything"])
			at := unsafe.Add(one.p, f.offset)
			v, simplest := n.random(t, f.name), n.simplest()
			n.store(at, v)
			limit := simplest + (v-simplest)/2
			fails := func() bool { return n.load(at) >= limit }
			if n.signed && int64(v) < int64(simplest) {
				limit = simplest - (simplest-v)/2
				fails = func() bool { return n.holds(n.load(at)) && int64(n.load(at)) <= int64(limit) }
			} else if n.signed {
				fails = func() bool { return n.holds(n.load(at)) && int64(n.load(at)) >= int64(limit) }
			}
			tries := 0
			n.lower(at, func() bool { tries++; return fails() })
			if got := n.load(at); got != limit || tries > 70 {
				t.Fatalf("%s: from %s to %s in %d tries, want %s", f.name, n.decimal(v), n.decimal(got), tries, n.decimal(limit))
			}
		})
	}
}
