package oracle

import (
	"bytes"
	"slices"
)

// A BusText is the stream, or a part of it, as far as anybody has shown it. Bytes are only added:
// at its end, or where they were hidden. So copies of it share memory.
type BusText struct {
	base   uint64 // offset of the first byte
	bytes  []byte // 0 where they are hidden
	hidden []busGap
}

// A busGap is a part of a text that nobody has shown. Those of a text are in order.
type busGap struct{ from, to uint64 }

// Len is where the text ends: of a stream from its beginning on, how many bytes it has.
func (t *BusText) Len() uint64 { return t.base + uint64(len(t.bytes)) }

// Same is how many of some bytes are those of the text from an offset on, which is not before its
// first: up to the first that is another. What is hidden, or lies past the end, may be any.
func (t *BusText) Same(at uint64, data []byte) int {
	if at >= t.Len() {
		return len(data)
	}
	have := t.bytes[at-t.base:]
	n := min(len(have), len(data))
	if bytes.Equal(have[:n], data[:n]) {
		return len(data)
	}
	for i := range n {
		if have[i] != data[i] && t.shown(at+uint64(i), 1) == 1 {
			return i
		}
	}
	return len(data)
}

// shown is how many of n bytes from an offset on are shown, up to the first that is not.
func (t *BusText) shown(at, n uint64) uint64 {
	for _, gap := range t.hidden {
		if gap.to > at {
			n = min(n, max(gap.from, at)-at)
			break
		}
	}
	return min(n, max(t.Len(), at)-at)
}

// next is the first offset from one on that is shown, and at most the end.
func (t *BusText) next(at uint64) uint64 {
	for _, gap := range t.hidden {
		if gap.from <= at && at < gap.to {
			at = gap.to
		}
	}
	return at
}

// byte is the byte at an offset that is shown.
func (t *BusText) byte(at uint64) byte { return t.bytes[at-t.base] }

// read are n bytes, if all are shown. They are the text's.
func (t *BusText) read(at, n uint64) (b []byte, all bool) {
	if t.shown(at, n) < n {
		return nil, false
	}
	return t.bytes[at-t.base:][:n], true
}

// show adds bytes that are the [BusText.Same].
func (t *BusText) show(at uint64, data []byte) {
	if len(data) == 0 {
		return
	}
	end := at + uint64(len(data))
	t.reveal(at, min(end, t.Len()), data)
	if end > t.Len() {
		t.hide(max(at, t.Len()))
		t.bytes = append(t.bytes, data[t.Len()-at:]...)
	}
}

// hide makes the text go on up to an offset, with nothing shown of that.
func (t *BusText) hide(to uint64) {
	if from := t.Len(); to > from {
		t.hidden = append(slices.Clip(t.hidden), busGap{from, to})
		t.bytes = append(t.bytes, make([]byte, to-from)...)
	}
}

// reveal shows those bytes from one offset to another that were hidden.
func (t *BusText) reveal(from, to uint64, data []byte) {
	if from >= to || t.shown(from, to-from) == to-from {
		return
	}
	t.bytes = slices.Clone(t.bytes)
	copy(t.bytes[from-t.base:to-t.base], data)
	var left []busGap
	for _, gap := range t.hidden {
		for _, rest := range []busGap{{gap.from, min(gap.to, max(gap.from, from))}, {max(gap.from, min(gap.to, to)), gap.to}} {
			if rest.from < rest.to {
				left = append(left, rest)
			}
		}
	}
	t.hidden = left
}

// take shows what another text shows from one offset to another, up to where the two differ: it
// returns the offset of that.
func (t *BusText) take(other *BusText, from, to uint64) uint64 {
	for at := other.next(from); at < min(to, other.Len()); at = other.next(at) {
		data, _ := other.read(at, other.shown(at, to-at))
		same := t.Same(at, data)
		t.show(at, data[:same])
		at += uint64(same)
		if same < len(data) {
			return at
		}
	}
	return to
}

// clone is a copy. Neither notices what is added to the other.
func (t *BusText) clone() BusText {
	return BusText{t.base, slices.Clip(t.bytes), slices.Clip(t.hidden)}
}
