package battle

import (
	"reflect"
	"unsafe"
)

// A program is a run's updates in order, each with a value of its own.
type program []step

// A step is one update: its kind and the struct that holds its arguments.
type step struct {
	kind *kind
	p    unsafe.Pointer // to a kind.typ
}

func newStep(k *kind) step {
	return step{kind: k, p: reflect.New(k.typ).UnsafePointer()}
}

// stepOf takes an update that a caller made, without copying it. It refuses nil.
func stepOf(k *kind, update any) (one step, ok bool) {
	v := reflect.ValueOf(update)
	if v.Kind() != reflect.Pointer {
		boxed := reflect.New(v.Type())
		boxed.Elem().Set(v)
		v = boxed
	}
	return step{kind: k, p: v.UnsafePointer()}, !v.IsNil()
}

// clone copies the step and all that its fields hold. The value must be in range.
func (s step) clone() step {
	var w Writer
	c := newStep(s.kind)
	if err := s.kind.root.encode(&w, s.p); err != nil {
		panic("battle: cloning a value out of range: " + err.Error())
	}
	s.kind.root.decode(&Reader{tape: w.tape}, c.p)
	return c
}

// pointerOf is the address of the struct that an update points to.
func pointerOf(update any) unsafe.Pointer { return reflect.ValueOf(update).UnsafePointer() }

// plus is the step with another's numbers added to its own, as far as the ranges
// allow; ok tells whether any number grew. Numbers that may be negative are relative
// to something, and enumerations are no numbers at all: both stay.
func (s step) plus(other step) (sum step, ok bool) {
	sum = s.clone()
	for _, f := range s.kind.root.fields {
		n, isNumber := f.node.(*numberNode)
		if !isNumber || n.names != nil || n.signed && int64(n.low) < 0 {
			continue
		}
		p := unsafe.Add(sum.p, f.offset)
		mine := n.load(p)
		more := min(n.load(unsafe.Add(other.p, f.offset)), n.top-mine)
		n.store(p, mine+more)
		ok = ok || more > 0
	}
	return sum, ok
}
