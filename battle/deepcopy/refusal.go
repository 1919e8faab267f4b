package deepcopy

import (
	"fmt"
	"reflect"
	"strings"
)

// A Refusal says what can't be copied, and where it was met.
type Refusal struct {
	Path string       // from the value: pair.ring.slots[].wake; [] is an element, or a key or value of a map
	What string       // it is: "a channel"
	Type reflect.Type // of it
}

// Error implements error.
func (r *Refusal) Error() string {
	text := r.Path + " is " + r.What
	if r.Type != nil && !strings.HasSuffix(r.What, r.Type.String()) {
		text += fmt.Sprintf(" (%s)", r.Type)
	}
	return text
}

// nameOf is what paths call a value of a type.
func nameOf(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Name() == "" {
		return t.String()
	}
	return t.Name()
}

// pathOf is the way to a region.
func (w *walk) pathOf(at int32) string {
	r := &w.regions[at]
	if r.by < 0 {
		return nameOf(r.layout.typ)
	}
	path := w.pathOf(r.by) + r.op.path
	if r.many {
		path += "[]"
	}
	return path
}

// refuse ends the walk: the first refusal counts.
func (w *walk) refuse(o *op, what string, t reflect.Type) {
	if w.refusal != nil || w.study {
		return
	}
	if w.via != nil {
		o = w.via
	}
	w.refusal = &Refusal{Path: w.pathOf(w.current) + o.path, What: what, Type: t}
}
