package battle

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unsafe"
)

// structNode is a struct: its exported fields in order.
type structNode struct {
	typ    reflect.Type
	fields []field
	byName map[string]int
}

type field struct {
	name   string // as traces write it
	goName string
	offset uintptr
	node   node
}

// structOf compiles a struct type. Its errors name the type and the field.
func structOf(typ reflect.Type) (*structNode, error) {
	n := &structNode{typ: typ, byName: make(map[string]int)}
	for f := range typ.Fields() {
		text, tagged := f.Tag.Lookup("draw")
		if f.Anonymous {
			return nil, fmt.Errorf("%s.%s: an embedded field has no name of its own in a trace: give it a name", typ, f.Name)
		}
		if !f.IsExported() {
			if tagged {
				return nil, fmt.Errorf("%s.%s: a draw tag on a field that is not exported: export it, or leave the tag out", typ, f.Name)
			}
			continue
		}
		if tagged && text == "" {
			return nil, fmt.Errorf("%s.%s: the draw tag is empty: write draw:\"0..9\", or leave it out", typ, f.Name)
		}
		inner, err := nodeOf(f.Type, text)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", typ, f.Name, err)
		}
		name := dashed(f.Name)
		if !isWord(name) {
			return nil, fmt.Errorf("%s.%s: named %q in traces, which need a word of letters, digits, '-' and '_': give it a plain name", typ, f.Name, name)
		}
		if twin, taken := n.byName[name]; taken {
			return nil, fmt.Errorf("%s.%s: named %q in traces, as is %s: rename one", typ, f.Name, name, n.fields[twin].goName)
		}
		n.byName[name] = len(n.fields)
		n.fields = append(n.fields, field{name, f.Name, f.Offset, inner})
	}
	return n, nil
}

func (n *structNode) decode(r *Reader, p unsafe.Pointer) {
	for i := range n.fields {
		f := &n.fields[i]
		// A direct call for the common case: it is inlined, the dynamic one is not.
		if number, ok := f.node.(*numberNode); ok {
			number.decode(r, unsafe.Add(p, f.offset))
			continue
		}
		f.node.decode(r, unsafe.Add(p, f.offset))
	}
}

func (n *structNode) encode(w *Writer, p unsafe.Pointer) error {
	for _, f := range n.fields {
		if err := f.node.encode(w, unsafe.Add(p, f.offset)); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

// printFields appends the fields as the line of an update has them: without braces.
func (n *structNode) printFields(b []byte, p unsafe.Pointer) []byte {
	for _, f := range n.fields {
		if len(b) > 0 && b[len(b)-1] != '{' {
			b = append(b, ' ')
		}
		b = append(b, f.name...)
		b = append(b, '=')
		b = f.node.print(b, unsafe.Add(p, f.offset))
	}
	return b
}

func (n *structNode) print(b []byte, p unsafe.Pointer) []byte {
	return append(n.printFields(append(b, '{'), p), '}')
}

// parseFields reads fields up to the end of the line or a closing brace. A field
// that is left out has its simplest value, so that a trace outlives a new field.
func (n *structNode) parseFields(s *scanner, p unsafe.Pointer) error {
	for _, f := range n.fields {
		f.node.decode(&Reader{}, unsafe.Add(p, f.offset))
	}
	seen := make([]bool, len(n.fields))
	for !s.atEnd() && s.peek() != '}' {
		name, err := s.word()
		if err != nil {
			return err
		}
		i, known := n.byName[name]
		if !known {
			return s.errorf("unknown field %q, want %s", name, oneOf(n.names()))
		}
		if seen[i] {
			return s.errorf("field %q is given twice", name)
		}
		seen[i] = true
		if err := s.expect('='); err != nil {
			return err
		}
		if err := n.fields[i].node.parse(s, unsafe.Add(p, n.fields[i].offset)); err != nil {
			return fmt.Errorf("%w (field %s)", err, name)
		}
	}
	return nil
}

func (n *structNode) names() []string {
	var names []string
	for _, f := range n.fields {
		names = append(names, f.name)
	}
	return names
}

func (n *structNode) parse(s *scanner, p unsafe.Pointer) error {
	if err := s.expect('{'); err != nil {
		return err
	}
	if err := n.parseFields(s, p); err != nil {
		return err
	}
	return s.expect('}')
}

func (n *structNode) literal(b []byte, p unsafe.Pointer, pkg string) []byte {
	b = append(append(b, typeName(n.typ, pkg)...), '{')
	first := true
	for _, f := range n.fields {
		at := unsafe.Add(p, f.offset)
		v := reflect.NewAt(n.fieldType(f), at).Elem()
		if v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0 {
			continue
		}
		if !first {
			b = append(b, ", "...)
		}
		first = false
		b = f.node.literal(append(append(b, f.goName...), ": "...), at, pkg)
	}
	return append(b, '}')
}

func (n *structNode) fieldType(f field) reflect.Type {
	sf, _ := n.typ.FieldByName(f.goName)
	return sf.Type
}

func (n *structNode) draw(d *drawing, label string, p unsafe.Pointer) {
	for _, f := range n.fields {
		f.node.draw(d, f.name, unsafe.Add(p, f.offset))
	}
}

func (n *structNode) lower(p unsafe.Pointer, try func() bool) {
	for _, f := range n.fields {
		f.node.lower(unsafe.Add(p, f.offset), try)
	}
}

func (n *structNode) describe() string {
	var parts []string
	for _, f := range n.fields {
		parts = append(parts, f.name+"="+f.node.describe())
	}
	return "{" + strings.Join(parts, " ") + "}"
}

// listNode is an array or a slice: for a slice its length, then its elements.
type listNode struct {
	typ    reflect.Type
	elem   node
	length *numberNode // nil for an array
}

func arrayOf(typ reflect.Type, text string) (node, error) {
	elem, err := nodeOf(typ.Elem(), text)
	if err != nil {
		return nil, fmt.Errorf("element: %w", err)
	}
	return &listNode{typ: typ, elem: elem}, nil
}

func sliceOf(typ reflect.Type, t tag, text string) (node, error) {
	length, err := lengthOf(typ, t)
	if err != nil {
		return nil, err
	}
	if kind := typ.Elem().Kind(); kind == reflect.Slice || kind == reflect.String {
		return nil, fmt.Errorf("%s: one tag can't bound two lengths: make the element a struct whose field has a tag of its own", typ)
	}
	// What the tag says beside the length is meant for the elements.
	inner := strings.Join(slices.DeleteFunc(strings.Split(text, ","), func(part string) bool {
		return strings.HasPrefix(part, "len=")
	}), ",")
	elem, err := nodeOf(typ.Elem(), inner)
	if err != nil {
		return nil, fmt.Errorf("element: %w", err)
	}
	return &listNode{typ: typ, elem: elem, length: length}, nil
}

func (n *listNode) value(p unsafe.Pointer) reflect.Value { return reflect.NewAt(n.typ, p).Elem() }

// resize sets a slice's length, reusing its memory. An empty one is never nil: what
// an update sees must not depend on the updates before.
func (n *listNode) resize(p unsafe.Pointer, size int) {
	v := n.value(p)
	if v.IsNil() {
		v.Set(reflect.MakeSlice(n.typ, size, size))
	}
	if size > v.Cap() {
		v.Grow(size - v.Len())
	}
	v.SetLen(size)
}

// each calls f for the elements in order.
func (n *listNode) each(p unsafe.Pointer, f func(i int, p unsafe.Pointer) error) error {
	base, size := p, n.typ.Len
	if n.length != nil {
		base, size = *(*unsafe.Pointer)(p), n.value(p).Len
	}
	for i := range size() {
		if err := f(i, unsafe.Add(base, uintptr(i)*n.typ.Elem().Size())); err != nil {
			return err
		}
	}
	return nil
}

func (n *listNode) decode(r *Reader, p unsafe.Pointer) {
	if n.length != nil {
		n.resize(p, int(n.length.value(r.Uint(int(n.length.width)))))
	}
	n.each(p, func(_ int, p unsafe.Pointer) error { n.elem.decode(r, p); return nil })
}

func (n *listNode) encode(w *Writer, p unsafe.Pointer) error {
	if n.length != nil {
		size := n.value(p).Len()
		if err := n.length.encode(w, unsafe.Pointer(&size)); err != nil {
			return fmt.Errorf("length %w", err)
		}
	}
	return n.each(p, func(i int, p unsafe.Pointer) error {
		if err := n.elem.encode(w, p); err != nil {
			return fmt.Errorf("element %d: %w", i, err)
		}
		return nil
	})
}

func (n *listNode) print(b []byte, p unsafe.Pointer) []byte {
	b = append(b, '[')
	n.each(p, func(i int, p unsafe.Pointer) error {
		if i > 0 {
			b = append(b, ' ')
		}
		b = n.elem.print(b, p)
		return nil
	})
	return append(b, ']')
}

func (n *listNode) parse(s *scanner, p unsafe.Pointer) error {
	if err := s.expect('['); err != nil {
		return err
	}
	read := 0
	v := n.value(p)
	if n.length != nil {
		v.Set(reflect.MakeSlice(n.typ, 0, 0))
	}
	for s.peek() != ']' && !s.atEnd() {
		if n.length != nil && uint64(read) == n.length.top {
			s.start = s.pos
			return s.errorf("more than %d elements, want %s", read, n.length.describe())
		}
		elem := reflect.New(n.typ.Elem())
		if err := n.elem.parse(s, elem.UnsafePointer()); err != nil {
			return err
		}
		switch {
		case n.length != nil:
			v.Set(reflect.Append(v, elem.Elem()))
		case read < n.typ.Len():
			v.Index(read).Set(elem.Elem())
		}
		read++
	}
	s.start = s.pos
	switch {
	case n.length != nil && uint64(read) < n.length.low:
		return s.errorf("got %d elements, want %s", read, n.length.describe())
	case n.length == nil && read != n.typ.Len():
		return s.errorf("got %d elements, want %d", read, n.typ.Len())
	}
	return s.expect(']')
}

func (n *listNode) literal(b []byte, p unsafe.Pointer, pkg string) []byte {
	b = append(append(b, typeName(n.typ, pkg)...), '{')
	n.each(p, func(i int, p unsafe.Pointer) error {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = n.elem.literal(b, p, pkg)
		return nil
	})
	return append(b, '}')
}

func (n *listNode) draw(d *drawing, label string, p unsafe.Pointer) {
	if n.length != nil {
		n.resize(p, int(n.length.random(d.T, label+" length")))
	}
	n.each(p, func(_ int, p unsafe.Pointer) error { n.elem.draw(d, label, p); return nil })
}

// lower drops elements from the end on, then lowers those that stay.
func (n *listNode) lower(p unsafe.Pointer, try func() bool) {
	if n.length != nil {
		v := n.value(p)
		for i := v.Len() - 1; i >= 0 && uint64(v.Len()) > n.length.low; i-- {
			fails := v.Interface()
			shorter := reflect.MakeSlice(n.typ, 0, v.Len()-1)
			shorter = reflect.AppendSlice(shorter, v.Slice(0, i))
			v.Set(reflect.AppendSlice(shorter, v.Slice(i+1, v.Len())))
			if !try() {
				v.Set(reflect.ValueOf(fails))
			}
		}
	}
	n.each(p, func(_ int, p unsafe.Pointer) error { n.elem.lower(p, try); return nil })
}

func (n *listNode) describe() string {
	if n.length == nil {
		return fmt.Sprintf("[%d]%s", n.typ.Len(), n.elem.describe())
	}
	return fmt.Sprintf("[%s]%s", n.length.describe(), n.elem.describe())
}

// typeName is the name of a type as Go source in the package pkg writes it.
func typeName(typ reflect.Type, pkg string) string {
	switch {
	case typ.Name() != "" && typ.PkgPath() == pkg:
		return typ.Name()
	case typ.Name() == "" && typ.Kind() == reflect.Slice:
		return "[]" + typeName(typ.Elem(), pkg)
	case typ.Name() == "" && typ.Kind() == reflect.Array:
		return fmt.Sprintf("[%d]%s", typ.Len(), typeName(typ.Elem(), pkg))
	}
	return typ.String()
}
