package deepcopy

import (
	"reflect"
	"strconv"
	"unsafe"
)

// A layout is the plan of a type: the steps that copy one value, by offset. Structs within
// structs and short arrays are laid out flat. What a step points to is compiled when it is
// first met.
type layout struct {
	typ   reflect.Type
	size  uintptr
	ops   []op
	plain bool // no pointers, and nothing that may be refused: bytes
	fixed bool // nothing but bytes and what is shared: a value that was boxed may be shared
	words bool // pointers only, so that memory for it needs no type

	// Of what interfaces hold.
	boxed  bool // the interface's second word points to the value, else it is the value
	judged bool // boxed is known

	// Of maps.
	key, value *layout
	scratch    [4]reflect.Value // key and value, of original and copy

	slice reflect.Type // of it, when it was needed

	// Of regions: see overlap.go.
	met    bool
	alone  bool // no region can overlap one of this type
	sliced bool // as elements
	parts  []reflect.Type
}

type opKind uint8

const (
	opBytes     opKind = iota // n bytes
	opWord                    // 8 bytes, aligned
	opString                  // shared
	opShared                  // a pointer to what is shared
	opPointer                 // to n of a layout
	opSlice                   // of elements that are n of a layout each
	opMap                     //
	opInterface               //
	opArray                   // n of a layout, in place
	opZero                    // n bytes that are refused unless they are zero
	opFunc                    // refused, unless shared
	opNever                   // refused
	opCond                    // a sync.Cond
	opSyncMap                 // a sync.Map
)

// An op is a step.
type op struct {
	kind   opKind
	offset uintptr
	n      uintptr
	typ    reflect.Type // that the step is about; of a pointer, slice or array the layout's
	to     *layout      // of typ, or nil until it is met
	path   string       // of the step, from the layout's beginning
	what   string       // it is, for a refusal

	// The dynamic type that an interface had last.
	word unsafe.Pointer
	held *layout
}

// layoutOf is the layout of a type.
func (w *walk) layoutOf(t reflect.Type) *layout {
	l := w.layouts[t]
	if l == nil {
		l = &layout{typ: t, size: t.Size()}
		w.layouts[t] = l
		w.compile(l, "")
	}
	return l
}

// target is the layout that a step leads to.
func (w *walk) target(o *op) *layout {
	if o.to == nil {
		o.to = w.layoutOf(o.typ)
	}
	return o.to
}

// compile fills a layout in, with paths that begin with prefix.
func (w *walk) compile(l *layout, prefix string) {
	w.lay(l, l.typ, 0, prefix)
	l.plain, l.fixed, l.words = true, true, l.size%unsafe.Sizeof(uintptr(0)) == 0
	pointers := uintptr(0)
	for i := range l.ops {
		switch o := &l.ops[i]; o.kind {
		case opBytes, opWord:
		case opString, opShared:
			l.plain = false
		default:
			l.plain, l.fixed = false, false
		}
		switch l.ops[i].kind {
		case opPointer, opMap, opFunc, opShared:
			pointers++
		case opInterface:
			pointers += 2
		}
	}
	l.words = l.words && pointers*unsafe.Sizeof(uintptr(0)) == l.size
	if len(l.ops) == 1 && l.ops[0].kind == opArray {
		l.words = l.ops[0].to.words
	}
}

// unrolled is the most elements of an array that are steps of their own.
const unrolled = 8

// lay appends the steps for a value of a type at an offset.
func (w *walk) lay(l *layout, t reflect.Type, offset uintptr, path string) {
	if o, known := special(t); known {
		o.offset += offset
		o.path = path
		l.ops = append(l.ops, o)
		return
	}
	o := op{offset: offset, path: path, typ: t, n: t.Size()}
	switch t.Kind() {
	case reflect.String:
		o.kind = opString
	case reflect.Pointer:
		o.kind = opPointer
		o.typ, o.n = many(t.Elem(), 1)
	case reflect.Slice:
		o.kind = opSlice
		o.typ, o.n = many(t.Elem(), 1)
	case reflect.Map:
		o.kind = opMap
	case reflect.Interface:
		o.kind = opInterface
	case reflect.Func:
		o.kind = opFunc
	case reflect.Chan:
		o.kind, o.what = opZero, "a channel"
	case reflect.UnsafePointer:
		o.kind, o.what = opZero, "an unsafe.Pointer"
	case reflect.Uintptr:
		o.kind, o.what = opZero, "a uintptr that is not zero"
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			w.lay(l, f.Type, offset+f.Offset, path+"."+f.Name)
		}
		return
	case reflect.Array:
		w.layArray(l, t, offset, path)
		return
	default:
		l.bytes(o)
		return
	}
	l.ops = append(l.ops, o)
}

func (w *walk) layArray(l *layout, t reflect.Type, offset uintptr, path string) {
	elem, n := many(t, 1)
	if n == 0 || elem.Size() == 0 {
		return
	}
	inner := &layout{typ: elem, size: elem.Size()}
	w.compile(inner, path+"[]")
	switch {
	case inner.plain:
		l.bytes(op{offset: offset, n: n * elem.Size()})
	case n <= unrolled:
		for i := range n {
			w.lay(l, elem, offset+i*elem.Size(), path+"["+strconv.Itoa(int(i))+"]")
		}
	default:
		l.ops = append(l.ops, op{kind: opArray, offset: offset, n: n, typ: elem, to: inner, path: path})
	}
}

// bytes appends a step for bytes; neighbours become one.
func (l *layout) bytes(o op) {
	if o.n == 0 {
		return
	}
	if last := len(l.ops) - 1; last >= 0 {
		before := &l.ops[last]
		if gap := o.offset - (before.offset + before.n); (before.kind == opBytes || before.kind == opWord) && gap < 8 {
			o.n += gap + before.n
			o.offset = before.offset
			l.ops = l.ops[:last]
		}
	}
	o.kind, o.typ = opBytes, nil
	if o.n == 8 && o.offset%8 == 0 {
		o.kind = opWord
	}
	l.ops = append(l.ops, o)
}

// many counts the elements of arrays of arrays.
func many(t reflect.Type, n uintptr) (reflect.Type, uintptr) {
	for t.Kind() == reflect.Array {
		if _, known := special(t); known {
			break
		}
		n *= uintptr(t.Len())
		t = t.Elem()
	}
	return t, n
}
