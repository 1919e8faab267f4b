package battle

import (
	"slices"
	"unsafe"
)

// siblingRanks is how many of the simplest values of a field a sibling is tried with.
const siblingRanks = 4

// sibling is an update of another kind, with the values of the fields that both have,
// as far as they are in range, and the simplest ones for the rest.
func (s step) sibling(k *kind) step {
	one := newStep(k)
	k.root.decode(&Reader{}, one.p)
	for _, f := range k.root.fields {
		i, both := s.kind.root.byName[f.name]
		if !both {
			continue
		}
		mine := s.kind.root.fields[i]
		text := mine.node.print(nil, unsafe.Add(s.p, mine.offset))
		if err := f.node.parse(&scanner{text: string(text)}, unsafe.Add(one.p, f.offset)); err != nil {
			f.node.decode(&Reader{}, unsafe.Add(one.p, f.offset))
		}
	}
	return one
}

// simplify replaces updates by siblings of a kind that was declared earlier: what an
// author thinks of first is what a reader understands first.
func (m *minimiser) simplify() bool {
	if len(m.prog) > mergeMax {
		return false
	}
	simpler := false
	for i := range m.prog {
		for _, k := range m.kinds[:min(m.prog[i].kind.index, len(m.kinds))] {
			candidate := slices.Clone(m.prog)
			candidate[i] = candidate[i].sibling(k)
			if m.try(candidate) {
				simpler = true
				break
			}
		}
	}
	return simpler
}

// replace drops an update while it replaces another by one of any kind, with its fields
// one by one at their simplest values. "append; restart where the stream ends" is "restart
// at 1", which is neither with something left out.
func (m *minimiser) replace() bool {
	if len(m.prog) > searchUpdates || m.limit > 0 {
		return false
	}
	stop := m.runs + searchMax
	for j := range m.prog {
		for i := range m.prog {
			if i == j {
				continue
			}
			for _, k := range m.kinds {
				if m.replacePair(i, j, k, stop) {
					return true
				}
			}
		}
	}
	return false
}

func (m *minimiser) replacePair(i, j int, k *kind, stop int) bool {
	one := m.prog[i].sibling(k)
	shorter := func() bool {
		candidate := slices.Clone(m.prog)
		candidate[i] = one.clone()
		return m.runs < stop && m.try(slices.Delete(candidate, j, j+1))
	}
	if shorter() {
		return true
	}
	for _, f := range k.root.fields {
		n, isNumber := f.node.(*numberNode)
		if !isNumber {
			continue
		}
		p := unsafe.Add(one.p, f.offset)
		before := n.load(p)
		for rank := range min(n.top-n.low, siblingRanks) {
			if n.store(p, n.unrank(rank)); shorter() {
				return true
			}
		}
		n.store(p, before)
	}
	return false
}
