package battle

import (
	"slices"
	"unsafe"
)

// A minimiser looks for the simplest program that still fails in the same way:
// fewer updates first, then fields nearer to their simplest values. It tries the
// same candidates in the same order every time.
type minimiser struct {
	prog  program
	fails func(program) bool
	kinds []*kind // that updates may be replaced by, in the order of their declaration
	runs  int     // candidates tried
	limit int     // the most candidates, 0 for no limit
}

// minimise simplifies prog, which must fail. The passes feed each other: a lowered
// field makes another update superfluous, and the other way round, so they repeat
// until none helps. The result has no update that can be dropped alone.
func (m *minimiser) minimise() program {
	for changed := true; changed; {
		changed = m.drop()
		changed = m.merge() || changed
		changed = m.lower() || changed
		changed = m.simplify() || changed
		if !changed {
			changed = m.search() || m.replace()
		}
	}
	return m.prog
}

// try runs a candidate and keeps it if it fails.
func (m *minimiser) try(candidate program) bool {
	if !m.still(candidate) {
		return false
	}
	m.prog = candidate
	return true
}

func (m *minimiser) still(candidate program) bool {
	if m.limit > 0 && m.runs >= m.limit {
		return false
	}
	m.runs++
	return m.fails(candidate)
}

// drop leaves out ranges of updates, halving their length, from the end on: what
// comes after the failure goes at once.
func (m *minimiser) drop() bool {
	before := len(m.prog)
	for size := len(m.prog); size > 0; size /= 2 {
		for end := len(m.prog); end > 0; end -= size {
			end = min(end, len(m.prog))
			start := max(0, end-size)
			m.try(slices.Concat(m.prog[:start], m.prog[end:]))
		}
	}
	return len(m.prog) < before
}

// mergeMax bounds the programs that merge works on: it tries pairs.
const mergeMax = 40

// merge drops an update and adds its numbers to those of an earlier one of its kind:
// two appends of 30 bytes become one of 60. Dropping alone never finds that.
func (m *minimiser) merge() bool {
	if len(m.prog) > mergeMax {
		return false
	}
	merged := false
	for j := len(m.prog) - 1; j > 0; j-- {
		for i := j - 1; i >= 0 && j < len(m.prog); i-- {
			if m.prog[i].kind != m.prog[j].kind {
				continue
			}
			sum, ok := m.prog[i].plus(m.prog[j])
			if !ok {
				continue
			}
			candidate := slices.Delete(slices.Clone(m.prog), j, j+1)
			candidate[i] = sum
			if m.try(candidate) {
				merged = true
				break
			}
		}
	}
	return merged
}

// lower makes each update's fields simpler, in place.
func (m *minimiser) lower() bool {
	lowered := false
	for i := range m.prog {
		// Fields are changed in place, so the update must be ours alone.
		m.prog[i] = m.prog[i].clone()
		s := m.prog[i]
		before := s.String()
		s.kind.root.lower(s.p, func() bool { return m.still(m.prog) })
		lowered = lowered || s.String() != before
	}
	return lowered
}

// searchMax and searchUpdates bound what search tries.
const (
	searchMax     = 4096
	searchUpdates = 6
)

// search drops an update while it counts a number of another through its simplest
// values: of "add 900, add 177" it finds "add 77" where 1077 and 77 mean the same.
// Lowering never does, for no step on the way there fails.
func (m *minimiser) search() bool {
	if len(m.prog) > searchUpdates || m.limit > 0 {
		return false
	}
	stop := m.runs + searchMax
	for j := range m.prog {
		for i := range m.prog {
			if i != j && m.searchPair(i, j, stop) {
				return true
			}
		}
	}
	return false
}

// searchPair looks for a value of one number of update i that makes update j
// superfluous.
func (m *minimiser) searchPair(i, j, stop int) bool {
	for _, f := range m.prog[i].kind.root.fields {
		n, isNumber := f.node.(*numberNode)
		if !isNumber {
			continue
		}
		candidate := slices.Clone(m.prog)
		candidate[i] = candidate[i].clone()
		p := unsafe.Add(candidate[i].p, f.offset)
		candidate = slices.Delete(candidate, j, j+1)
		for rank := range min(n.top-n.low, 1<<10) {
			if m.runs >= stop {
				return false
			}
			n.store(p, n.unrank(rank))
			if m.try(candidate) {
				return true
			}
		}
	}
	return false
}
