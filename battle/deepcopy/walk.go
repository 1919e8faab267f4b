package deepcopy

import (
	"reflect"
	"sync"
	"unsafe"
)

// A walk goes over all that a value reaches.
type walk struct {
	layouts map[reflect.Type]*layout
	held    map[unsafe.Pointer]*layout // by the first word of an interface
	met     []*layout                  // of regions
	shared  []span                     // of memory that belongs to no value, in order

	regions []region
	table   table
	spans   []span
	current int32 // the region whose steps are taken
	via     *op   // of an interface, while the steps of what it holds are taken
	refusal *Refusal

	bytes uintptr // of the last copy

	dry   bool // regions are only found, and nothing is made
	study bool // dry, and what would be refused is passed over
	whole bool // all regions are found
	exact bool // two regions overlapped in an earlier walk
}

// A region is memory that a value reaches: n values of a layout, side by side.
type region struct {
	from, to unsafe.Pointer // to is from if it is shared, nil if it was not made yet
	layout   *layout
	n        uintptr
	op       *op   // by which it was reached
	by       int32 // from which region, -1 for the value itself
	kind     regionKind
	many     bool // of a slice or map: paths have [] for one
}

type regionKind uint8

const (
	memory regionKind = iota
	mapped            // a map
	box               // what an interface holds: never written, so that it is filled at once
	code              // a function, in a study
)

func (r *region) size() uintptr {
	if r.kind == mapped || r.kind == code {
		return 1
	}
	return r.n * r.layout.size
}

// copy copies the value at src to dst, which is zero.
func (w *walk) copy(dst, src unsafe.Pointer, l *layout) *Refusal {
	if !w.exact {
		w.begin(src, l)
		w.fill(dst, src, l)
		w.finish()
		if w.refusal != nil || !w.overlaps() {
			return w.refusal
		}
		w.exact = true
	}
	w.begin(src, l)
	w.dry = true
	w.fill(nil, src, l)
	w.finish()
	if w.refusal != nil {
		return w.refusal
	}
	w.dry, w.whole = false, true
	w.assemble()
	if w.refusal == nil {
		w.current = 0
		w.fill(dst, src, l)
	}
	return w.refusal
}

// begin starts a walk at a value.
func (w *walk) begin(src unsafe.Pointer, l *layout) {
	w.reset()
	w.bytes = l.size
	w.regions = append(w.regions, region{from: src, layout: l, n: 1, by: -1})
}

// reset forgets the regions of the last walk, lest they live on.
func (w *walk) reset() {
	if len(w.regions) == 0 {
		return
	}
	clear(w.regions)
	w.regions = w.regions[:0]
	w.table.reset()
	w.current, w.via, w.refusal = 0, nil, nil
	w.dry, w.study, w.whole = false, false, false
}

// finish takes the steps of regions until none is new.
func (w *walk) finish() {
	for at := 1; at < len(w.regions) && w.refusal == nil; at++ {
		if r := w.regions[at]; r.to != r.from && r.kind != box && r.kind != code {
			w.take(int32(at), r)
		}
	}
}

// take takes the steps of a region.
func (w *walk) take(at int32, r region) {
	w.current = at
	switch {
	case r.kind == mapped:
		w.fillMap(r)
	case r.to == nil:
		if !r.layout.plain {
			for i := range r.n {
				w.fill(nil, unsafe.Add(r.from, i*r.layout.size), r.layout)
			}
		}
	case r.layout.plain: // it was copied when it was made
	default:
		for i := range r.n {
			w.fill(unsafe.Add(r.to, i*r.layout.size), unsafe.Add(r.from, i*r.layout.size), r.layout)
		}
	}
}

// A sliceHeader is a slice, an iface an interface, as the compiler lays them out.
type (
	sliceHeader struct {
		data     unsafe.Pointer
		len, cap int
	}
	iface struct{ word, data unsafe.Pointer }
)

// fill takes the steps of a layout. If dst is nil it only finds regions.
func (w *walk) fill(dst, src unsafe.Pointer, l *layout) {
	for i := range l.ops {
		o := &l.ops[i]
		s := unsafe.Add(src, o.offset)
		var d unsafe.Pointer
		if dst != nil {
			d = unsafe.Add(dst, o.offset)
		}
		switch o.kind {
		case opWord:
			if d != nil {
				*(*uint64)(d) = *(*uint64)(s)
			}
		case opBytes:
			if d != nil {
				copy(unsafe.Slice((*byte)(d), o.n), unsafe.Slice((*byte)(s), o.n))
			}
		case opString:
			if d != nil {
				*(*string)(d) = *(*string)(s)
			}
		case opShared:
			if d != nil {
				*(*unsafe.Pointer)(d) = *(*unsafe.Pointer)(s)
			}
		case opPointer:
			if p := *(*unsafe.Pointer)(s); p != nil {
				put(d, w.place(p, w.target(o), o.n, memory, o))
			}
		case opSlice:
			w.fillSlice((*sliceHeader)(d), (*sliceHeader)(s), o)
		case opInterface:
			w.fillInterface((*iface)(d), (*iface)(s), o)
		case opMap:
			if p := *(*unsafe.Pointer)(s); p != nil {
				put(d, w.place(p, w.target(o), 1, mapped, o))
			}
		case opArray:
			for i := range o.n {
				at := i * o.to.size
				if d == nil {
					w.fill(nil, unsafe.Add(s, at), o.to)
				} else {
					w.fill(unsafe.Add(d, at), unsafe.Add(s, at), o.to)
				}
			}
		default:
			w.fillRare(d, s, o)
		}
	}
}

func put(d, p unsafe.Pointer) {
	if d != nil {
		*(*unsafe.Pointer)(d) = p
	}
}

func (w *walk) fillSlice(d, s *sliceHeader, o *op) {
	data := s.data
	if data != nil {
		l := w.target(o)
		l.sliced = true
		data = w.place(data, l, uintptr(s.cap)*o.n, memory, o)
	}
	if d != nil {
		*d = sliceHeader{data, s.len, s.cap}
	}
}

func (w *walk) fillInterface(d, s *iface, o *op) {
	if s.word == nil {
		return
	}
	l := o.held
	if s.word != o.word {
		l = w.holds(s, o)
		o.word, o.held = s.word, l
	}
	if d != nil {
		d.word = s.word
	}
	var data unsafe.Pointer // where the copy has it
	if d != nil {
		data = unsafe.Pointer(&d.data)
	}
	switch {
	case !l.boxed:
		w.fillWithin(data, unsafe.Pointer(&s.data), l, o)
	case l.fixed:
		put(data, s.data)
	default:
		put(data, w.place(s.data, l, 1, box, o))
	}
}

// fillWithin takes the steps of something that a step is about: paths name that step.
func (w *walk) fillWithin(dst, src unsafe.Pointer, l *layout, o *op) {
	outer := w.via
	if outer == nil {
		w.via = o
	}
	w.fill(dst, src, l)
	w.via = outer
}

// holds is the layout of what an interface holds.
func (w *walk) holds(s *iface, o *op) *layout {
	l := w.held[s.word]
	if l == nil {
		l = w.layoutOf(reflect.NewAt(o.typ, unsafe.Pointer(s)).Elem().Elem().Type())
		w.held[s.word] = l
	}
	if !l.judged {
		// Which types need no box is the compiler's to decide. It shows: a zero value is
		// either a nil pointer itself, or a pointer to a box.
		zero := reflect.New(l.typ).Elem().Interface()
		l.boxed, l.judged = (*iface)(unsafe.Pointer(&zero)).data != nil, true
	}
	return l
}

// fillMap copies the entries of a map. No pointer points into one, so keys and values lie
// anywhere meanwhile; and all that a key's hash depends on is there at once: of a pointer
// only where it points to, and boxes are filled when they are met.
func (w *walk) fillMap(r region) {
	l := r.layout
	from, to := reflect.NewAt(l.typ, unsafe.Pointer(&r.from)).Elem(), reflect.NewAt(l.typ, unsafe.Pointer(&r.to)).Elem()
	if l.key == nil {
		l.key, l.value = w.layoutOf(l.typ.Key()), w.layoutOf(l.typ.Elem())
		for i, t := range []reflect.Type{l.typ.Key(), l.typ.Elem(), l.typ.Key(), l.typ.Elem()} {
			l.scratch[i] = reflect.New(t).Elem()
		}
	}
	key, value, newKey, newValue := l.scratch[0], l.scratch[1], l.scratch[2], l.scratch[3]
	if l.key.fixed {
		newKey = key
	}
	if l.value.fixed {
		newValue = value
	}
	w.bytes += uintptr(from.Len()) * (l.key.size + l.value.size)
	for entries := from.MapRange(); entries.Next() && w.refusal == nil; {
		key.SetIterKey(entries)
		value.SetIterValue(entries)
		w.fillScratch(newKey, key, l.key, r.to == nil)
		w.fillScratch(newValue, value, l.value, r.to == nil)
		if r.to != nil && w.refusal == nil {
			to.SetMapIndex(newKey, newValue)
		}
	}
	for _, v := range l.scratch {
		v.SetZero()
	}
}

func (w *walk) fillScratch(dst, src reflect.Value, l *layout, dry bool) {
	switch {
	case l.fixed:
	case dry:
		w.fill(nil, src.Addr().UnsafePointer(), l)
	default:
		dst.SetZero()
		w.fill(dst.Addr().UnsafePointer(), src.Addr().UnsafePointer(), l)
	}
}

// fillRare takes the steps that may be refused, and those of package sync.
func (w *walk) fillRare(d, s unsafe.Pointer, o *op) {
	switch o.kind {
	case opZero:
		for i := range o.n {
			if *(*byte)(unsafe.Add(s, i)) != 0 {
				w.refuse(o, o.what, o.typ)
				return
			}
		}
	case opNever:
		w.refuse(o, o.what, o.typ)
	case opFunc:
		w.fillFunc(d, s, o)
	case opCond:
		w.fillCond((*sync.Cond)(d), (*sync.Cond)(s), o)
	case opSyncMap:
		w.fillSyncMap((*sync.Map)(d), (*sync.Map)(s), o)
	}
}

// fillFunc shares a function that belongs to no value. What others hold on to is not known.
func (w *walk) fillFunc(d, s unsafe.Pointer, o *op) {
	p := *(*unsafe.Pointer)(s)
	switch {
	case p == nil:
	case w.study:
		w.place(p, nil, 0, code, o)
	case w.isShared(p, 1) != inside:
		w.refuse(o, "a function, which may hold on to memory", o.typ)
	default:
		put(d, p)
	}
}

// fillCond copies what a condition locks. The rest says who waits, and where the condition
// lies, which it checks: a new one knows neither.
func (w *walk) fillCond(d, s *sync.Cond, o *op) {
	waiting := reflect.ValueOf(s).Elem().FieldByName("notify")
	if waiting.FieldByName("wait").Uint() != waiting.FieldByName("notify").Uint() {
		w.refuse(o, "a condition that is waited for", o.typ)
		return
	}
	var locker unsafe.Pointer
	if d != nil {
		locker = unsafe.Pointer(&d.L)
	}
	w.fillWithin(locker, unsafe.Pointer(&s.L), w.layoutOf(reflect.TypeFor[sync.Locker]()), o)
}

// fillSyncMap puts copies of the entries into the new map, as fillMap does.
func (w *walk) fillSyncMap(d, s *sync.Map, o *op) {
	l := w.layoutOf(reflect.TypeFor[[2]any]())
	s.Range(func(key, value any) bool {
		from, to := [2]any{key, value}, [2]any{}
		if d == nil {
			w.fillWithin(nil, unsafe.Pointer(&from), l, o)
			return true
		}
		w.fillWithin(unsafe.Pointer(&to), unsafe.Pointer(&from), l, o)
		d.Store(to[0], to[1])
		return w.refusal == nil
	})
}
