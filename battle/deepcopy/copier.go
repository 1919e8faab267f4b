package deepcopy

import (
	"fmt"
	"reflect"
	"runtime"
	"runtime/debug"
	"unsafe"
)

// A Copier copies values of one type. It is for one goroutine at a time.
type Copier[S any] struct {
	walk walk
	root *layout
}

// Of compiles a type. The error is a [*Refusal]: the type has a part, not behind a pointer
// that may be nil, that can't be copied whatever its value.
func Of[S any]() (*Copier[S], error) {
	c := &Copier[S]{}
	c.walk.layouts = make(map[reflect.Type]*layout)
	c.walk.held = make(map[unsafe.Pointer]*layout)
	c.root = c.walk.layoutOf(reflect.TypeFor[S]())
	path := nameOf(c.root.typ)
	l := c.root
	if len(l.ops) == 1 && l.ops[0].kind == opPointer && l.typ.Kind() == reflect.Pointer {
		l = c.walk.target(&l.ops[0])
	}
	for _, o := range l.ops {
		if o.kind == opNever {
			return nil, &Refusal{Path: path + o.path, What: o.what, Type: o.typ}
		}
	}
	return c, nil
}

// Copy copies a value with all that it reaches. Nobody may write to that meanwhile. The
// error is a [*Refusal], or tells of a panic: of a pointer to memory that is not there.
func (c *Copier[S]) Copy(v S) (another S, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer c.walk.reset()
	defer func() {
		if value := recover(); value != nil {
			var none S
			another, err = none, fmt.Errorf("deepcopy: %s: %v", nameOf(c.root.typ), value)
		}
	}()
	if refusal := c.walk.copy(unsafe.Pointer(&another), unsafe.Pointer(&v), c.root); refusal != nil {
		var none S
		return none, refusal
	}
	return another, nil
}

// Bytes is how large the last copy is, without what it shares; maps are estimated.
func (c *Copier[S]) Bytes() int { return int(c.walk.bytes) }

// Share compares what two values reach that were made apart. What is common to both belongs
// to neither: copies share it from now on. What can't be copied is passed over.
func (c *Copier[S]) Share(one, other S) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer c.walk.reset()
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("deepcopy: %s: %v", nameOf(c.root.typ), value)
		}
	}()
	c.walk.share(unsafe.Pointer(&one), unsafe.Pointer(&other), c.root)
	runtime.KeepAlive(one) // else its memory might be other's meanwhile
	return nil
}
