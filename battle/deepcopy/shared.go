package deepcopy

import (
	"cmp"
	"slices"
	"unsafe"
)

// share adds what two values both reach to what belongs to none.
func (w *walk) share(one, other unsafe.Pointer, l *layout) {
	first := w.reached(one, l)
	second := w.reached(other, l)
	common := slices.Clone(w.shared)
	for _, s := range second {
		// Those of first that begin before the end of s, and end after its beginning.
		for i := firstAfter(first, s.from); i < len(first) && first[i].from < s.end; i++ {
			common = append(common, span{from: min(s.from, first[i].from), end: max(s.end, first[i].end), alive: s.alive})
		}
	}
	w.shared = united(common)
}

// reached are the spans of all that a value reaches, in order, without gaps or overlaps.
func (w *walk) reached(src unsafe.Pointer, l *layout) []span {
	w.begin(src, l)
	w.dry, w.study = true, true
	w.fill(nil, src, l)
	w.finish()
	var spans []span
	for at := 1; at < len(w.regions); at++ {
		if r := &w.regions[at]; r.kind != box {
			spans = append(spans, span{from: uintptr(r.from), end: uintptr(r.from) + r.size(), alive: r.from})
		}
	}
	return united(spans)
}

// united puts spans in order, and makes one of those that overlap.
func united(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	kept := spans[:0]
	for _, s := range spans {
		if last := len(kept) - 1; last >= 0 && s.from < kept[last].end {
			kept[last].end = max(kept[last].end, s.end)
		} else {
			kept = append(kept, s)
		}
	}
	return kept
}

// firstAfter is the first span that ends after an address.
func firstAfter(spans []span, from uintptr) int {
	i, _ := slices.BinarySearchFunc(spans, from, func(s span, from uintptr) int { return cmp.Compare(s.end, from+1) })
	return i
}

// How memory lies to what is shared.
type lie uint8

const (
	outside lie = iota
	inside
	across
)

func (w *walk) isShared(p unsafe.Pointer, size uintptr) lie {
	if len(w.shared) == 0 {
		return outside
	}
	from := uintptr(p)
	i := firstAfter(w.shared, from)
	switch {
	case i == len(w.shared) || from+size <= w.shared[i].from:
		return outside
	case w.shared[i].from <= from && from+size <= w.shared[i].end:
		return inside
	}
	return across
}
