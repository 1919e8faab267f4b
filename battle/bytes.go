package battle

import (
	"fmt"
	"reflect"
	"slices"
	"unicode/utf8"
	"unsafe"

	"pgregory.net/rapid"
)

// bytesNode is a byte slice or a string: its length, then its bytes.
type bytesNode struct {
	typ    reflect.Type
	text   bool // a string
	length *numberNode
	random *rapid.Generator[[]byte]
}

func bytesOf(typ reflect.Type, t tag) (*bytesNode, error) {
	if t.value.set {
		return nil, fmt.Errorf("tag draw:\"…\" gives %s a range of values: its bytes are free, give a length as in draw:\"len=0..64\"", typ)
	}
	length, err := lengthOf(typ, t)
	if err != nil {
		return nil, err
	}
	n := &bytesNode{typ: typ, text: typ.Kind() == reflect.String, length: length}
	n.random = rapid.SliceOfN(rapid.Byte(), int(length.low), int(length.top))
	return n, nil
}

const lengthMax = 1 << 20

// lengthOf makes the node of a length. It is required: a default would be wrong for
// most, and a length without a bound is a run without one.
func lengthOf(typ reflect.Type, t tag) (*numberNode, error) {
	if !t.length.set {
		return nil, fmt.Errorf("%s needs the bounds of its length: add the tag draw:\"len=0..64\"", typ)
	}
	low, top, err := t.length.signed(64)
	if err != nil {
		return nil, err
	}
	if low < 0 || top > lengthMax {
		return nil, fmt.Errorf("length %d..%d of %s: want bounds within 0..%d", low, top, typ, lengthMax)
	}
	return numberOf(reflect.TypeFor[int](), tag{value: t.length})
}

// get reads the value without copying it.
func (n *bytesNode) get(p unsafe.Pointer) []byte {
	if n.text {
		s := *(*string)(p)
		return unsafe.Slice(unsafe.StringData(s), len(s))
	}
	return *(*[]byte)(p)
}

// set makes b the value. A string gets a copy: strings must not change.
func (n *bytesNode) set(p unsafe.Pointer, b []byte) {
	if n.text {
		*(*string)(p) = string(b)
		return
	}
	*(*[]byte)(p) = b
}

func (n *bytesNode) decode(r *Reader, p unsafe.Pointer) {
	size := int(n.length.value(r.Uint(int(n.length.width))))
	if n.text {
		b := make([]byte, size)
		r.Bytes(b)
		*(*string)(p) = unsafe.String(unsafe.SliceData(b), size)
		return
	}
	b := (*(*[]byte)(p))[:0]
	if b == nil {
		b = []byte{} // never nil: what an update sees must not depend on those before
	}
	b = slices.Grow(b, size)[:size]
	r.Bytes(b)
	*(*[]byte)(p) = b
}

func (n *bytesNode) encode(w *Writer, p unsafe.Pointer) error {
	b := n.get(p)
	size := len(b)
	if err := n.length.encode(w, unsafe.Pointer(&size)); err != nil {
		return fmt.Errorf("length %w", err)
	}
	w.Bytes(b)
	return nil
}

func (n *bytesNode) print(b []byte, p unsafe.Pointer) []byte {
	value := n.get(p)
	if isPlain(value) {
		return appendQuoted(b, string(value))
	}
	return fmt.Appendf(b, "0x%x", value)
}

// isPlain tells text, which is written quoted, from bytes, which are written in hex.
func isPlain(b []byte) bool {
	return utf8.Valid(b) && !slices.ContainsFunc(b, func(c byte) bool { return c < ' ' || c > '~' })
}

func (n *bytesNode) parse(s *scanner, p unsafe.Pointer) error {
	b, err := s.bytes()
	if err != nil {
		return err
	}
	if size := uint64(len(b)); size < n.length.low || size > n.length.top {
		return s.errorf("got %s, want %s", counted(size, "byte"), n.describe())
	}
	n.set(p, b)
	return nil
}

func (n *bytesNode) literal(b []byte, p unsafe.Pointer, pkg string) []byte {
	if n.text {
		return fmt.Appendf(b, "%q", n.get(p))
	}
	return fmt.Appendf(b, "%s(%q)", typeName(n.typ, pkg), n.get(p))
}

func (n *bytesNode) draw(d *drawing, label string, p unsafe.Pointer) {
	n.set(p, n.random.Draw(d.T, label))
}

// lower cuts the value short, then sets its bytes to zero, all at once or one by one.
func (n *bytesNode) lower(p unsafe.Pointer, try func() bool) {
	fails := slices.Clone(n.get(p))
	attempt := func(b []byte) bool {
		n.set(p, b)
		if try() {
			fails = b
			return true
		}
		n.set(p, fails)
		return false
	}
	cut := func() bool {
		for size := int(n.length.low); size < len(fails); size += (len(fails) - size + 1) / 2 {
			if attempt(slices.Clone(fails[:size])) || attempt(slices.Clone(fails[len(fails)-size:])) {
				return true
			}
		}
		return false
	}
	for cut() {
	}
	if !slices.ContainsFunc(fails, func(c byte) bool { return c != 0 }) || attempt(make([]byte, len(fails))) {
		return
	}
	for i := range fails {
		if fails[i] != 0 {
			simpler := slices.Clone(fails)
			simpler[i] = 0
			attempt(simpler)
		}
	}
}

func (n *bytesNode) describe() string { return n.length.describe() + " bytes" }
