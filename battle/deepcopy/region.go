package deepcopy

import (
	"math/bits"
	"reflect"
	"unsafe"
)

// A table finds regions by where they begin. There may be several that begin at one place.
type table struct {
	slots []int32 // index of a region, or 0: that is the value itself, which nothing points to
	used  int
	shift uint8
}

const tableMin = 64

func (t *table) reset() {
	if len(t.slots) > tableMin && t.used < len(t.slots)/16 {
		t.slots = make([]int32, len(t.slots)/4)
	} else {
		clear(t.slots)
	}
	t.used, t.shift = 0, shiftOf(len(t.slots))
}

func shiftOf(slots int) uint8 { return uint8(64 - bits.Len(uint(slots)) + 1) }

// home is the slot at which to begin to look for an address (Fibonacci hashing: addresses
// differ in their middle bits most).
func (t *table) home(p unsafe.Pointer) int {
	return int(uint64(uintptr(p)) * 0x9E3779B97F4A7C15 >> t.shift)
}

// grow makes room for one more.
func (t *table) grow(regions []region) {
	if 2*t.used < len(t.slots) {
		return
	}
	t.slots = make([]int32, max(tableMin, 4*len(t.slots)))
	t.shift = shiftOf(len(t.slots))
	for at := 1; at < len(regions); at++ {
		slot := t.home(regions[at].from)
		for t.slots[slot] != 0 {
			slot = (slot + 1) & (len(t.slots) - 1)
		}
		t.slots[slot] = int32(at)
	}
}

// place is where the copy of a region lies. It is found, or made; in a dry walk it is nil.
func (w *walk) place(p unsafe.Pointer, l *layout, n uintptr, kind regionKind, o *op) unsafe.Pointer {
	if kind == memory && (n == 0 || l.size == 0) {
		return p // there is nothing there that could change
	}
	w.table.grow(w.regions)
	mask := len(w.table.slots) - 1
	slot := w.table.home(p)
	for ; w.table.slots[slot] != 0; slot = (slot + 1) & mask {
		if r := &w.regions[w.table.slots[slot]]; r.from == p && r.layout == l && r.n == n && r.kind == kind {
			return r.to
		}
	}
	if w.whole {
		panic("a region was not found at first: the value changes")
	}
	r := region{from: p, layout: l, n: n, op: o, by: w.current, kind: kind, many: o.kind == opSlice || o.kind == opMap}
	if w.via != nil {
		r.op = w.via
	}
	at := int32(len(w.regions))
	w.table.slots[slot] = at
	w.table.used++
	if kind == memory {
		l.sliced = l.sliced || n != 1
		if !l.met {
			w.meet(l)
		}
	}
	switch w.isShared(p, r.size()) {
	case inside:
		r.to = p
		if w.current == 0 && o.path == "" && kind != box {
			w.refuse(o, "the same memory in other values", o.typ)
		}
	case across:
		w.refuse(o, "memory of which others have a part", l.typ)
	default:
		w.bytes += r.size()
		if !w.dry {
			r.to = r.make()
		}
	}
	w.regions = append(w.regions, r)
	if kind == box {
		w.fillBox(at)
	}
	return r.to
}

// fillBox takes the steps of a box.
func (w *walk) fillBox(at int32) {
	r := w.regions[at]
	if r.to == r.from {
		return
	}
	outer, via := w.current, w.via
	w.current, w.via = at, nil
	w.fill(r.to, r.from, r.layout)
	w.current, w.via = outer, via
}

// make makes the memory of a copy: of bytes with what is in them, else zero. Memory that
// holds pointers gets its type, for the collector.
func (r *region) make() unsafe.Pointer {
	l := r.layout
	switch {
	case r.kind == mapped:
		from := reflect.NewAt(l.typ, unsafe.Pointer(&r.from)).Elem()
		return reflect.MakeMapWithSize(l.typ, from.Len()).UnsafePointer()
	case l.plain:
		made := append([]byte(nil), unsafe.Slice((*byte)(r.from), r.n*l.size)...)
		return unsafe.Pointer(unsafe.SliceData(made))
	case r.n == 1:
		return reflect.New(l.typ).UnsafePointer()
	case l.words:
		made := make([]unsafe.Pointer, r.n*l.size/unsafe.Sizeof(uintptr(0)))
		return unsafe.Pointer(unsafe.SliceData(made))
	}
	if l.slice == nil {
		l.slice = reflect.SliceOf(l.typ)
	}
	return reflect.MakeSlice(l.slice, int(r.n), int(r.n)).UnsafePointer()
}
