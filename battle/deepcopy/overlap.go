package deepcopy

import (
	"cmp"
	"reflect"
	"slices"
	"unsafe"
)

// Two regions may overlap: a slice and a part of it, a struct and a pointer to its field.
// They are one piece of memory then, and must be one in the copy.

// meet judges the layouts of regions anew, as there is one more. One is alone if no two
// regions of it can overlap, because it is not sliced, and none of it and another, because
// neither is a part of the other.
func (w *walk) meet(l *layout) {
	l.met = true
	l.parts = partsOf(l.typ, nil)
	w.met = append(w.met, l)
	for _, l := range w.met {
		l.alone = !slices.ContainsFunc(w.met, func(other *layout) bool {
			return other != l && (alike(l.typ, other.typ) || l.has(other.typ) || other.has(l.typ))
		})
	}
}

func (l *layout) has(part reflect.Type) bool {
	return slices.ContainsFunc(l.parts, func(t reflect.Type) bool { return alike(t, part) })
}

// partsOf appends the types of all fields and elements within a value of a type.
func partsOf(t reflect.Type, parts []reflect.Type) []reflect.Type {
	var within []reflect.Type
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			within = append(within, t.Field(i).Type)
		}
	case reflect.Array:
		within = append(within, t.Elem())
	}
	for _, part := range within {
		if !slices.Contains(parts, part) {
			parts = partsOf(part, append(parts, part))
		}
	}
	return parts
}

// alike tells whether a pointer to one may be converted to a pointer to the other.
func alike(a, b reflect.Type) bool {
	if a == b {
		return true
	}
	return a.Kind() == b.Kind() && a.Size() == b.Size() && reflect.PointerTo(a).ConvertibleTo(reflect.PointerTo(b))
}

// A span is where memory lies.
type span struct {
	from, end uintptr
	at        int32          // the region
	alive     unsafe.Pointer // of shared memory: lest another value comes to lie there
}

// found lists the spans of memory regions that may overlap, in order.
func (w *walk) found() []span {
	w.spans = w.spans[:0]
	ordered := true
	for at := 1; at < len(w.regions); at++ {
		r := &w.regions[at]
		if r.kind != memory || r.layout.alone && !r.layout.sliced || r.to == r.from {
			continue
		}
		from := uintptr(r.from)
		if last := len(w.spans) - 1; last >= 0 && from < w.spans[last].from {
			ordered = false
		}
		w.spans = append(w.spans, span{from: from, end: from + r.size(), at: int32(at)})
	}
	if !ordered {
		slices.SortFunc(w.spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	}
	return w.spans
}

// overlaps tells whether two regions do.
func (w *walk) overlaps() bool {
	end := uintptr(0)
	for _, s := range w.found() {
		if s.from < end {
			return true
		}
		end = s.end
	}
	return false
}

// assemble makes the memory of all regions that a dry walk has found, one piece where they
// overlap, and fills it. Then all regions have their place.
func (w *walk) assemble() {
	var hosts []int32
	all := w.found()
	for len(all) > 0 {
		n, end := 1, all[0].end
		for n < len(all) && all[n].from < end {
			end = max(end, all[n].end)
			n++
		}
		host := all[0].at
		if n > 1 {
			if host = w.host(all[:n], end); host < 0 {
				return
			}
		}
		hosts = append(hosts, host)
		all = all[n:]
	}
	for at := 1; at < len(w.regions); at++ {
		if r := &w.regions[at]; r.to == nil {
			r.to = r.make()
			if r.kind == memory {
				hosts = append(hosts, int32(at))
			}
		}
	}
	w.fillFound(hosts)
}

// fillFound fills boxes, then memory, and maps last: the hash of a key may depend on boxes.
func (w *walk) fillFound(hosts []int32) {
	for at := range w.regions {
		if w.regions[at].kind == box {
			w.fillBox(int32(at))
		}
	}
	for _, at := range hosts {
		w.take(at, w.regions[at])
	}
	for at, r := range w.regions {
		if r.kind == mapped && r.to != r.from {
			w.take(int32(at), r)
		}
	}
}

// host makes one piece of memory for regions that overlap, and gives each its place in it.
// It returns a region that stands for the whole, which lies last; or -1 if they don't fit
// together, which only unsafe brings about.
func (w *walk) host(spans []span, end uintptr) int32 {
	whole := w.regions[spans[0].at]
	for _, s := range spans {
		if r := &w.regions[s.at]; r.layout.size > whole.layout.size || r.layout.size == whole.layout.size && r.layout.has(whole.layout.typ) {
			whole.layout, whole.op, whole.by = r.layout, r.op, r.by
		}
	}
	whole.n = (end - spans[0].from) / whole.layout.size
	for _, s := range spans {
		r := &w.regions[s.at]
		if whole.n*whole.layout.size != end-spans[0].from || !fits(whole.layout.typ, whole.n, s.from-spans[0].from, r.layout.typ, r.n) {
			w.refusal = &Refusal{w.pathOf(s.at), "memory that is used as " + whole.layout.typ.String() + ", too", r.layout.typ}
			return -1
		}
	}
	whole.to = whole.make()
	for _, s := range spans {
		w.regions[s.at].to = unsafe.Add(whole.to, s.from-spans[0].from)
	}
	w.regions = append(w.regions, whole)
	return int32(len(w.regions) - 1)
}

// fits tells whether n values of a type have, at an offset, m values of another.
func fits(whole reflect.Type, n, offset uintptr, part reflect.Type, m uintptr) bool {
	whole, n = many(whole, n)
	if alike(whole, part) {
		return offset%whole.Size() == 0 && offset/whole.Size()+m <= n
	}
	offset %= whole.Size()
	if whole.Kind() != reflect.Struct || offset+m*part.Size() > whole.Size() {
		return false
	}
	for i := range whole.NumField() {
		f := whole.Field(i)
		if f.Offset <= offset && offset < f.Offset+f.Type.Size() {
			return fits(f.Type, 1, offset-f.Offset, part, m)
		}
	}
	return false
}
