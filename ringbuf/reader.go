package ringbuf

import (
	"slices"
	"sync/atomic"
)

// A Reader reads from a ring without locks. It is for one goroutine at a time.
type Reader struct {
	ring    *Ring
	pinned  uint64  // what pin holds if buf was found under that pin, else 0
	buf     []byte  // the memory of the pinned segment
	refusal Verdict // Held or Closed: the answer to every read, unless it is 0
	busy    atomic.Bool

	_   [64]byte // the writer reads the pins: one line each
	pin atomic.Uint64
	_   [56]byte
}

// NewReader makes a reader. Close it when it is no longer used.
func (r *Ring) NewReader() *Reader {
	reader := &Reader{ring: r}
	r.mu.Lock()
	defer r.mu.Unlock()
	all := append(slices.Clip(*r.readers.Load()), reader) // a new array: readers may be at the old one
	r.readers.Store(&all)
	return reader
}

// Close gives up the reader: from now on it refuses every read with [ErrClosed]. A
// view that is still out stays as it is until it is released, and holds its memory
// until then. Closing twice does nothing.
func (d *Reader) Close() {
	before := d.refusal
	d.refusal = Closed
	if before == 0 {
		d.leave()
	}
}

// leave gives up the pin, and takes the reader from those that the writer looks at.
func (d *Reader) leave() {
	d.pinned, d.buf = 0, nil
	d.pin.Store(0)
	r := d.ring
	r.mu.Lock()
	defer r.mu.Unlock()
	all := slices.DeleteFunc(slices.Clone(*r.readers.Load()), func(other *Reader) bool { return other == d })
	r.readers.Store(&all)
}

// ReadAt is [Ring.ReadAt] without the search for a free reader.
func (d *Reader) ReadAt(p []byte, off uint64) (int, error) {
	answer := d.Copy(p, off)
	return answer.N, answer.Err(off)
}

// Copy is ReadAt with an answer that holds all numbers and allocates nothing, not
// even for a refusal.
func (d *Reader) Copy(p []byte, off uint64) Answer {
	if d.refusal != 0 {
		return Answer{Verdict: d.refusal}
	}
	answer := d.ring.judge(off)
	if answer.Verdict != Data {
		return answer
	}
	for at := off; answer.N < len(p) && at < answer.Tail; {
		if !d.holds(at) {
			// The writer has overtaken us in mid-read. What was copied is right, but
			// is no answer to the question by now: its beginning is too old.
			return d.ring.judge(off)
		}
		n := copy(p[answer.N:], d.bytes(at, answer.Tail))
		answer.N += n
		at += uint64(n)
	}
	return answer
}

// View hands out up to n bytes of the stream, from off on, without copying them. The
// view ends where its segment does, so it may be shorter than what ReadAt would copy;
// where there is data, and n is above 0, it is never empty. Its bytes stay as they are
// until it is released; a reader has one view at a time.
func (d *Reader) View(off uint64, n int) (View, Answer) {
	if d.refusal != 0 {
		return View{}, Answer{Verdict: d.refusal}
	}
	answer := d.ring.judge(off)
	if answer.Verdict != Data || n <= 0 {
		return View{}, answer
	}
	if !d.holds(off) {
		return View{}, d.ring.judge(off)
	}
	seen := d.bytes(off, answer.Tail)
	answer.N = min(n, len(seen))
	d.refusal = Held
	return View{seen[:answer.N:answer.N], d}, answer
}

// judge answers whether off can be read now, N aside.
func (r *Ring) judge(off uint64) Answer {
	b := r.Bounds()
	verdict := Data
	switch {
	case off < b.First:
		verdict = Old
	case off > b.Tail:
		verdict = Ahead
	case off == b.Tail:
		verdict = AtTail
	}
	return Answer{Verdict: verdict, Bounds: b}
}

// holds pins the segment of off, and tells whether it is there. off was at or past first
// when it was judged: if it is not there, the writer has taken it since. A segment that
// is pinned already needs no second look: its memory stays, in the ring or out of it.
func (d *Reader) holds(off uint64) bool {
	return d.pinned == off>>d.ring.shift+1 || d.take(off)
}

// take pins the segment of off and looks for its memory, in this order. It is not
// inlined, so that holds can be.
//
//go:noinline
func (d *Reader) take(off uint64) bool {
	number := off >> d.ring.shift
	d.pinned = 0
	d.pin.Swap(number + 1) // Swap, not Store: golang/go#58020
	segment := d.ring.at(number).Load()
	if segment == nil || segment.number.Load() != number {
		return false
	}
	d.pinned, d.buf = number+1, segment.buf
	return true
}

// bytes are those from off to the end of its segment, which is pinned, or to tail. The
// segment alone would not do to judge off by: where base is in mid-segment, the bytes
// before it were never written.
func (d *Reader) bytes(off, tail uint64) []byte {
	from := off & (uint64(len(d.buf)) - 1)
	to := min(uint64(len(d.buf)), from+(tail-off))
	return d.buf[from:to:to]
}

// A View is a part of the stream in the ring's own memory. Do not write to it.
type View struct {
	bytes  []byte
	reader *Reader
}

// Bytes are the view's bytes. They are valid until Release.
func (v View) Bytes() []byte { return v.bytes }

// Release gives the view back; its bytes must not be used after that. Release it once:
// a second time may give back the reader's next view. It is for the reader's goroutine.
// Releasing an empty view does nothing.
func (v View) Release() {
	switch d := v.reader; {
	case d == nil:
	case d.refusal == Closed:
		d.leave()
	default:
		d.refusal = 0
	}
}
