package battle

import (
	"encoding"
	"fmt"
	"reflect"
	"unsafe"

	"pgregory.net/rapid"
)

// A node knows one field type: how its values lie on a tape, read as text, are
// drawn by rapid and are made simpler. Values are addressed by pointer, so that a
// decoder can reuse them; p always points to a value of the node's type.
//
// Every node has a simplest value, which is what a tape of zeros decodes to.
type node interface {
	// decode sets the value from the tape. It is total: past the end it reads zeros.
	decode(r *Reader, p unsafe.Pointer)
	// encode writes the value so that decode gives it back, or says why it can't.
	encode(w *Writer, p unsafe.Pointer) error
	// print appends the value as a trace writes it.
	print(b []byte, p unsafe.Pointer) []byte
	// parse reads what print wrote.
	parse(s *scanner, p unsafe.Pointer) error
	// literal appends the value as a Go expression; pkg is the package it is for.
	literal(b []byte, p unsafe.Pointer, pkg string) []byte
	// draw lets rapid choose the value; see [drawing].
	draw(d *drawing, label string, p unsafe.Pointer)
	// roll writes a value that an engine's dice choose.
	roll(w *Writer, d Dice)
	// lower tries simpler values in place. It keeps one only if try reports that the
	// run still fails, and leaves the value as it was otherwise.
	lower(p unsafe.Pointer, try func() bool)
	// describe says which values there are, for people.
	describe() string
}

// nodeOf makes the node of a field's type, or explains why there is none.
func nodeOf(typ reflect.Type, text string) (node, error) {
	t, err := parseTag(text)
	if err != nil {
		return nil, err
	}
	if reflect.PointerTo(typ).Implements(reflect.TypeFor[Drawer]()) {
		return customOf(typ, t)
	}
	switch typ.Kind() {
	case reflect.Bool,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return numberOf(typ, t)
	case reflect.String:
		return bytesOf(typ, t)
	case reflect.Slice:
		if typ.Elem() == reflect.TypeFor[byte]() {
			return bytesOf(typ, t)
		}
		return sliceOf(typ, t, text)
	case reflect.Array:
		return arrayOf(typ, text)
	case reflect.Struct:
		if t.value.set || t.length.set {
			return nil, fmt.Errorf("tag draw:%q on a struct: put tags on its fields", text)
		}
		return structOf(typ)
	default:
		return nil, fmt.Errorf("a %s can't be an argument: use bool, ints, strings, slices, arrays and structs of these, or a type with Draw and Encode methods", typ.Kind())
	}
}

// A Drawer is a field type that brings its own place on the tape. Draw must be
// total, and Encode its exact inverse. The type must also implement
// [encoding.TextMarshaler] and [encoding.TextUnmarshaler], for traces.
type Drawer interface {
	Draw(r *Reader)
	Encode(w *Writer)
}

// customNode serves a type that is a Drawer.
type customNode struct{ typ reflect.Type }

func customOf(typ reflect.Type, t tag) (node, error) {
	pointer := reflect.PointerTo(typ)
	if t.value.set || t.length.set {
		return nil, fmt.Errorf("a draw tag on %s, which has its own Draw method: leave the tag out", typ)
	}
	if !pointer.Implements(reflect.TypeFor[encoding.TextMarshaler]()) ||
		!pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return nil, fmt.Errorf("%s has Draw and Encode but not MarshalText and UnmarshalText, which traces need", typ)
	}
	return &customNode{typ}, nil
}

func (n *customNode) value(p unsafe.Pointer) any { return reflect.NewAt(n.typ, p).Interface() }

func (n *customNode) decode(r *Reader, p unsafe.Pointer) { n.value(p).(Drawer).Draw(r) }
func (n *customNode) describe() string                   { return n.typ.String() }

func (n *customNode) encode(w *Writer, p unsafe.Pointer) error {
	n.value(p).(Drawer).Encode(w)
	return nil
}

func (n *customNode) text(p unsafe.Pointer) string {
	text, err := n.value(p).(encoding.TextMarshaler).MarshalText()
	if err != nil {
		panic(fmt.Sprintf("battle: %s.MarshalText: %v", n.typ, err))
	}
	return string(text)
}

func (n *customNode) print(b []byte, p unsafe.Pointer) []byte { return appendQuoted(b, n.text(p)) }

func (n *customNode) parse(s *scanner, p unsafe.Pointer) error {
	text, err := s.bytes()
	if err != nil {
		return err
	}
	if err := n.value(p).(encoding.TextUnmarshaler).UnmarshalText(text); err != nil {
		return s.errorf("%q is not a %s: %v", text, n.typ, err)
	}
	return nil
}

func (n *customNode) literal(b []byte, p unsafe.Pointer, pkg string) []byte {
	return fmt.Appendf(b, "battle.MustParse[%s](%q)", typeName(n.typ, pkg), n.text(p))
}

func (n *customNode) draw(d *drawing, label string, p unsafe.Pointer) {
	tape := rapid.SliceOfN(rapid.Byte(), 0, 64).Draw(d.T, label)
	n.value(p).(Drawer).Draw(&Reader{tape: tape})
}

// lower tries only the simplest value: the inside of a custom type is its own.
func (n *customNode) lower(p unsafe.Pointer, try func() bool) {
	var w Writer
	n.value(p).(Drawer).Encode(&w)
	n.value(p).(Drawer).Draw(&Reader{})
	if !try() {
		n.value(p).(Drawer).Draw(&Reader{tape: w.tape})
	}
}

// MustParse makes a value from its text. The Go tests that findings print use it
// for arguments that have no Go literal. It panics on text that the type refuses.
func MustParse[V any](text string) V {
	var v V
	if err := any(&v).(encoding.TextUnmarshaler).UnmarshalText([]byte(text)); err != nil {
		panic(fmt.Sprintf("battle: MustParse[%T](%q): %v", v, text, err))
	}
	return v
}
