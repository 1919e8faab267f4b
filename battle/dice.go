package battle

import (
	"reflect"
	"unsafe"
)

// Dice choose the arguments of updates for an engine that makes tapes. They know more
// than bytes do: a number's range, and what it was made of.
type Dice interface {
	// Number chooses a number from low to top, both included; if signed, all three are
	// sign-extended, and low <= top as int64.
	Number(low, top uint64, signed bool) uint64
	// Text chooses a byte string, of a length from low to top. The result is the dice's,
	// and valid until the next call.
	Text(low, top int) []byte
}

// roll and reroll of a struct: all fields, or one of them.

func (n *structNode) roll(w *Writer, d Dice) {
	for i := range n.fields {
		f := &n.fields[i]
		if number, ok := f.node.(*numberNode); ok {
			number.roll(w, d)
			continue
		}
		f.node.roll(w, d)
	}
}

func (n *structNode) reroll(w *Writer, p unsafe.Pointer, field int, d Dice) {
	for i, f := range n.fields {
		if i == field {
			f.node.roll(w, d)
		} else if err := f.node.encode(w, unsafe.Add(p, f.offset)); err != nil {
			panic("battle: a decoded field does not encode: " + err.Error())
		}
	}
}

func (n *numberNode) roll(w *Writer, d Dice) {
	w.Uint(n.raw(d.Number(n.low, n.top, n.signed)), int(n.width))
}

func (n *listNode) roll(w *Writer, d Dice) {
	size := n.typ.Len
	if n.length != nil {
		length := d.Number(n.length.low, n.length.top, false)
		w.Uint(n.length.raw(length), int(n.length.width))
		size = func() int { return int(length) }
	}
	for range size() {
		n.elem.roll(w, d)
	}
}

func (n *bytesNode) roll(w *Writer, d Dice) {
	text := d.Text(int(n.length.low), int(n.length.top))
	w.Uint(n.length.raw(uint64(len(text))), int(n.length.width))
	w.Bytes(text)
}

// customMax is how many bytes the Draw of a custom type gets to choose from.
const customMax = 64

func (n *customNode) roll(w *Writer, d Dice) {
	value := reflect.New(n.typ).UnsafePointer()
	n.value(value).(Drawer).Draw(&Reader{tape: d.Text(0, customMax)})
	n.value(value).(Drawer).Encode(w)
}
