package battle

import (
	"encoding/binary"
	"fmt"
)

// A Reader takes choices from a tape, front to back. Past the end it reads zeros,
// so that every byte string is a legal tape.
type Reader struct {
	tape []byte
	pos  int // never past len(tape)
}

// A Writer puts choices on a tape: the inverse of [Reader].
type Writer struct{ tape []byte }

// Uint reads a little-endian number of 1, 2, 4 or 8 bytes.
func (r *Reader) Uint(width int) uint64 {
	if rest := r.tape[r.pos:]; len(rest) >= 8 {
		// One load and a shift for every width.
		r.pos += width
		return binary.LittleEndian.Uint64(rest) << (64 - 8*uint(width)) >> (64 - 8*uint(width))
	}
	return r.lastUint(width)
}

// lastUint is Uint within the last seven bytes of the tape and past them.
func (r *Reader) lastUint(width int) uint64 {
	var v uint64
	for i := range width {
		if r.pos < len(r.tape) {
			v |= uint64(r.tape[r.pos]) << (8 * i)
			r.pos++
		}
	}
	return v
}

// Bytes fills dst from the tape.
func (r *Reader) Bytes(dst []byte) {
	n := copy(dst, r.tape[r.pos:])
	clear(dst[n:])
	r.pos += n
}

// Uint writes a little-endian number of 1, 2, 4 or 8 bytes.
func (w *Writer) Uint(v uint64, width int) {
	for i := range width {
		w.tape = append(w.tape, byte(v>>(8*i)))
	}
}

// Bytes writes the bytes as they are.
func (w *Writer) Bytes(src []byte) { w.tape = append(w.tape, src...) }

// A tape is a header of two bytes, then updates until its end. An update is one
// byte that selects the kind, then its fields.
//
// The header is the swarm mask, little-endian: bit i set leaves out the kinds whose
// index is i modulo 16 for the whole run ("Swarm Testing", Groce et al., 2012). A
// mask that would leave nothing leaves out nothing.
const (
	headerSize   = 2
	swarmBits    = 16
	selectorSize = 256
)

// A selector maps the byte that selects an update to the index of its kind. Each
// kind has weight entries in each round of the table, so that a byte taken modulo
// the sum of weights picks by weight.
type selector [selectorSize]uint8

// taking lists the kinds that take part in a run with a swarm mask.
func taking(kinds []*kind, mask uint16) []*kind {
	var part []*kind
	for _, k := range kinds {
		if mask>>(k.index%swarmBits)&1 == 0 {
			part = append(part, k)
		}
	}
	if len(part) == 0 {
		return kinds
	}
	return part
}

func newSelector(kinds []*kind, mask uint16) selector {
	kinds = taking(kinds, mask)
	var s selector
	for n := 0; n < selectorSize; {
		for _, k := range kinds {
			for range k.weight {
				if n < selectorSize {
					s[n] = uint8(k.index)
					n++
				}
			}
		}
	}
	return s
}

// A decoder walks the updates of a tape into values that it reuses.
type decoder struct {
	plan   *plan
	reader Reader
	table  *selector
	masked selector // the table of a tape with a swarm mask
	mask   uint16   // what masked was built for
}

// open starts on a tape.
func (d *decoder) open(tape []byte) {
	d.reader = Reader{tape: tape}
	mask := uint16(d.reader.Uint(headerSize))
	if mask == 0 {
		d.table = &d.plan.all
		return
	}
	if mask != d.mask {
		d.masked, d.mask = newSelector(d.plan.kinds, mask), mask
	}
	d.table = &d.masked
}

// next selects the next update, or returns nil at the end of the tape. The fields
// follow at d.reader.
func (d *decoder) next() *kind {
	if d.reader.pos >= len(d.reader.tape) {
		return nil
	}
	b := d.reader.tape[d.reader.pos]
	d.reader.pos++
	return d.plan.kinds[d.table[b]]
}

// decode turns a tape into updates with values of their own.
func (p *plan) decode(tape []byte) program {
	d := decoder{plan: p}
	d.open(tape)
	var prog program
	for k := d.next(); k != nil; k = d.next() {
		s := newStep(k)
		k.root.decode(&d.reader, s.p)
		prog = append(prog, s)
	}
	return prog
}

// encode turns updates into the tape that decodes to them, leaving nothing out by
// swarm. A value that no tape can hold is an error.
func (p *plan) encode(prog program) ([]byte, error) {
	var w Writer
	w.Uint(0, headerSize)
	for i, s := range prog {
		if err := s.encode(&w, &p.all); err != nil {
			return nil, fmt.Errorf("update %d: %w", i+1, err)
		}
	}
	return w.tape, nil
}

// encode appends one update. Its kind must be in the table.
func (s step) encode(w *Writer, table *selector) error {
	for b, index := range table {
		if int(index) == s.kind.index {
			w.Uint(uint64(b), 1)
			break
		}
	}
	if err := s.kind.root.encode(w, s.p); err != nil {
		return fmt.Errorf("%s: %w", s.kind.name, err)
	}
	return nil
}
