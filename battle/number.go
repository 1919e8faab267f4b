package battle

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"unsafe"

	"pgregory.net/rapid"
)

// numberNode is a bool or an integer within a range.
//
// All arithmetic is on uint64, modulo 2^64, so that signed and unsigned types share
// it: a value v stands on the tape as its distance from the simplest value, going up
// and around at the top of the range to its low end. So zero bytes mean the simplest
// value, whatever the range, and bytes reduced modulo the span are always in range.
type numberNode struct {
	typ    reflect.Type
	bytes  uint8  // of the Go type
	width  uint8  // on the tape
	signed bool   // or unsigned
	low    uint64 // the least value, sign-extended
	top    uint64 // the greatest value, sign-extended
	span   uint64 // top - low + 1; 0 stands for 2^64
	shift  uint64 // simplest - low
	names  []string
	index  map[string]uint64 // name -> value
	random func(t *rapid.T, label string) uint64
}

const namesMax = 256

func numberOf(typ reflect.Type, t tag) (*numberNode, error) {
	if t.length.set {
		return nil, fmt.Errorf("tag draw:\"len=…\" on %s, which has no length", typ)
	}
	n := &numberNode{typ: typ, bytes: uint8(typ.Size())}
	if err := n.setRange(t.value); err != nil {
		return nil, fmt.Errorf("%s: %w", typ, err)
	}
	n.span = n.top - n.low + 1
	n.shift = n.simplest() - n.low
	switch last := n.top - n.low; {
	case last <= math.MaxUint8:
		n.width = 1
	case last <= math.MaxUint16:
		n.width = 2
	case last <= math.MaxUint32:
		n.width = 4
	default:
		n.width = 8
	}
	n.random = n.generator()
	return n, n.setNames()
}

func (n *numberNode) setRange(b bounds) error {
	bits := n.typ.Bits
	switch n.typ.Kind() {
	case reflect.Bool:
		if b.set {
			return fmt.Errorf("a range on a bool: leave the tag out")
		}
		n.top = 1
		return nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n.signed = true
		low, top := int64(math.MinInt64)>>(64-bits()), int64(math.MaxInt64)>>(64-bits())
		if b.set {
			var err error
			if low, top, err = b.signed(bits()); err != nil {
				return err
			}
		}
		n.low, n.top = uint64(low), uint64(top)
		return nil
	}
	n.top = uint64(math.MaxUint64) >> (64 - bits())
	if !b.set {
		return nil
	}
	var err error
	n.low, n.top, err = b.unsigned(bits())
	return err
}

// setNames takes the names of an enumeration: a type of few values with a String
// method whose results are words, all different.
func (n *numberNode) setNames() error {
	if !n.typ.Implements(reflect.TypeFor[fmt.Stringer]()) || n.span == 0 || n.span > namesMax {
		return nil
	}
	n.index = make(map[string]uint64)
	for v := n.low; ; v++ {
		name, err := n.nameOf(v)
		if err != nil {
			return err
		}
		if !isWord(name) {
			return fmt.Errorf("%s: value %s is named %q: traces need a word of letters, digits, '-' and '_' that starts with a letter (is %s..%s the range that is meant?)", n.typ, n.decimal(v), name, n.decimal(n.low), n.decimal(n.top))
		}
		if twin, taken := n.index[name]; taken {
			return fmt.Errorf("%s: values %s and %s are both named %q", n.typ, n.decimal(twin), n.decimal(v), name)
		}
		n.names, n.index[name] = append(n.names, name), v
		if v == n.top {
			return nil
		}
	}
}

// nameOf asks a value's String method, which may index an array of names.
func (n *numberNode) nameOf(v uint64) (name string, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("%s: String panics for %s: give the range of the values that have a name, as in draw:\"0..2\"", n.typ, n.decimal(v))
		}
	}()
	value := reflect.New(n.typ)
	n.store(value.UnsafePointer(), v)
	return value.Elem().Interface().(fmt.Stringer).String(), nil
}

// simplest is the value nearest to zero.
func (n *numberNode) simplest() uint64 {
	switch {
	case !n.signed || int64(n.low) > 0:
		return n.low
	case int64(n.top) < 0:
		return n.top
	}
	return 0
}

func (n *numberNode) decode(r *Reader, p unsafe.Pointer) {
	n.store(p, n.value(r.Uint(int(n.width))))
}

// value turns what the tape says into a value of the range.
func (n *numberNode) value(raw uint64) uint64 {
	switch {
	case n.span == 0:
	case n.span&(n.span-1) == 0:
		raw &= n.span - 1
	case n.width <= 4: // a 32-bit division is several times cheaper
		raw = uint64(uint32(raw) % uint32(n.span))
	default:
		raw %= n.span
	}
	if n.shift == 0 {
		return n.low + raw
	}
	if n.span != 0 && raw >= n.span-n.shift {
		raw -= n.span
	}
	return n.low + n.shift + raw
}

// holds tells whether a value is in range.
func (n *numberNode) holds(v uint64) bool { return v-n.low <= n.top-n.low }

func (n *numberNode) encode(w *Writer, p unsafe.Pointer) error {
	v := n.load(p)
	if !n.holds(v) {
		return fmt.Errorf("%s is out of range %s..%s", n.decimal(v), n.decimal(n.low), n.decimal(n.top))
	}
	w.Uint(n.raw(v), int(n.width))
	return nil
}

// raw is how a value of the range lies on the tape: the inverse of value.
func (n *numberNode) raw(v uint64) uint64 {
	raw := v - n.low - n.shift
	if v-n.low < n.shift {
		raw += n.span
	}
	return raw
}

// load reads the value, sign-extended.
func (n *numberNode) load(p unsafe.Pointer) uint64 {
	if n.signed {
		switch n.bytes {
		case 1:
			return uint64(*(*int8)(p))
		case 2:
			return uint64(*(*int16)(p))
		case 4:
			return uint64(*(*int32)(p))
		}
	}
	switch n.bytes {
	case 1:
		return uint64(*(*uint8)(p))
	case 2:
		return uint64(*(*uint16)(p))
	case 4:
		return uint64(*(*uint32)(p))
	}
	return *(*uint64)(p)
}

func (n *numberNode) store(p unsafe.Pointer, v uint64) {
	switch n.bytes {
	case 1:
		*(*uint8)(p) = uint8(v)
	case 2:
		*(*uint16)(p) = uint16(v)
	case 4:
		*(*uint32)(p) = uint32(v)
	default:
		*(*uint64)(p) = v
	}
}

func (n *numberNode) decimal(v uint64) string {
	if n.signed {
		return strconv.FormatInt(int64(v), 10)
	}
	return strconv.FormatUint(v, 10)
}

// text is the value as traces write it.
func (n *numberNode) text(v uint64) string {
	switch {
	case n.typ.Kind() == reflect.Bool:
		return strconv.FormatBool(v != 0)
	case v-n.low < uint64(len(n.names)):
		return n.names[v-n.low]
	}
	return n.decimal(v)
}

func (n *numberNode) print(b []byte, p unsafe.Pointer) []byte {
	v := n.load(p)
	switch {
	case n.names != nil || n.typ.Kind() == reflect.Bool:
		return append(b, n.text(v)...)
	case n.signed:
		return strconv.AppendInt(b, int64(v), 10)
	}
	return strconv.AppendUint(b, v, 10)
}

func (n *numberNode) parse(s *scanner, p unsafe.Pointer) error {
	word, err := s.word()
	if err != nil {
		return err
	}
	v, err := n.fromText(word)
	if err != nil {
		return s.errorf("%v", err)
	}
	n.store(p, v)
	return nil
}

func (n *numberNode) fromText(word string) (v uint64, err error) {
	if n.typ.Kind() == reflect.Bool {
		switch word {
		case "true":
			return 1, nil
		case "false":
			return 0, nil
		}
		return 0, fmt.Errorf("got %q, want true or false", word)
	}
	if v, named := n.index[word]; named {
		return v, nil
	}
	if n.signed {
		var i int64
		i, err = strconv.ParseInt(word, 0, 64)
		v = uint64(i)
	} else {
		v, err = strconv.ParseUint(word, 0, 64)
	}
	if err != nil || !n.holds(v) {
		return 0, fmt.Errorf("got %q, want %s", word, n.describe())
	}
	return v, nil
}

func (n *numberNode) literal(b []byte, p unsafe.Pointer, _ string) []byte {
	v := n.load(p)
	if n.typ.Kind() == reflect.Bool {
		return strconv.AppendBool(b, v != 0)
	}
	b = append(b, n.decimal(v)...)
	if n.names != nil && v-n.low < uint64(len(n.names)) {
		b = fmt.Appendf(b, " /* %s */", n.names[v-n.low])
	}
	return b
}

func (n *numberNode) describe() string {
	switch {
	case n.typ.Kind() == reflect.Bool:
		return "true or false"
	case len(n.names) > 0 && len(n.names) <= 8:
		return oneOf(n.names)
	}
	return n.decimal(n.low) + ".." + n.decimal(n.top)
}

func (n *numberNode) generator() func(*rapid.T, string) uint64 {
	if n.signed {
		g := rapid.Int64Range(int64(n.low), int64(n.top))
		return func(t *rapid.T, label string) uint64 { return uint64(g.Draw(t, label)) }
	}
	g := rapid.Uint64Range(n.low, n.top)
	return func(t *rapid.T, label string) uint64 { return g.Draw(t, label) }
}

func (n *numberNode) draw(d *drawing, label string, p unsafe.Pointer) {
	if n.width >= wideFrom {
		n.store(p, d.wide(n, label))
		return
	}
	n.store(p, n.random(d.T, label))
}
