package battle

import "unsafe"

// lower tries the simplest values, then halves the distance to zero, or to the end of
// the range that is next to it, on the value's own side.
func (n *numberNode) lower(p unsafe.Pointer, try func() bool) {
	fails := n.load(p)
	attempt := func(v uint64) bool {
		n.store(p, v)
		if try() {
			fails = v
			return true
		}
		n.store(p, fails)
		return false
	}
	const few = 3
	for rank := range min(few, n.rank(fails)) {
		if attempt(n.unrank(rank)) {
			return
		}
	}
	simplest := n.simplest()
	step := uint64(1)
	if n.signed && int64(fails) < int64(simplest) {
		step = -step
	}
	for low, high := uint64(0), (fails-simplest)*step; high-low > 1; {
		if middle := low + (high-low)/2; attempt(simplest + middle*step) {
			high = middle
		} else {
			low = middle
		}
	}
}

// rank orders the values from the simplest on: 0, -1, 1, -2, 2, … as far as both
// signs are in range, then those of the longer side.
func (n *numberNode) rank(v uint64) uint64 {
	if below, above, both := n.sides(); both {
		if size := -v; int64(v) < 0 {
			if size <= above {
				return 2*size - 1
			}
			return size + above
		}
		if v <= below {
			return 2 * v
		}
		return v + below
	}
	if n.signed && int64(n.top) <= 0 {
		return n.top - v
	}
	return v - n.low
}

// unrank is the inverse of rank.
func (n *numberNode) unrank(rank uint64) uint64 {
	if below, above, both := n.sides(); both {
		switch shorter := min(below, above); {
		case rank <= 2*shorter && rank%2 == 0:
			return rank / 2
		case rank <= 2*shorter:
			return -(rank/2 + 1)
		case above > below:
			return rank - below
		default:
			return -(rank - above)
		}
	}
	if n.signed && int64(n.top) <= 0 {
		return n.top - rank
	}
	return n.low + rank
}

// sides says how many values lie below and above zero, if any do on both sides.
func (n *numberNode) sides() (below, above uint64, both bool) {
	if !n.signed || int64(n.low) >= 0 || int64(n.top) <= 0 {
		return 0, 0, false
	}
	return -n.low, n.top, true
}
