// Package bytequeue is a queue of byte strings in one buffer that is used round and
// round, after the one of allegro/bigcache.
//
// An entry is a record: the length of its body as a varint, a byte that says what it is,
// and its bytes. A record does not wrap: where it would, a filler takes the gap that is
// left at the end of the buffer.
package bytequeue

import "encoding/binary"

const (
	filler = 0
	data   = 1
)

// A Queue is empty.
type Queue struct {
	buffer []byte
	head   int // of the oldest record
	tail   int // where the next will be
	used   int // bytes of records, fillers included
}

// New makes a queue with a buffer of that many bytes.
func New(size int) *Queue { return &Queue{buffer: make([]byte, size)} }

// Push adds an entry. It reports whether there was room.
func (q *Queue) Push(entry []byte) bool {
	need := varintSize(len(entry)+1) + 1 + len(entry)
	gap := len(q.buffer) - q.tail
	if need <= gap {
		gap = 0
	}
	if q.used+gap+need > len(q.buffer) {
		return false
	}
	if gap > 0 {
		q.fill(gap)
	}
	at := q.tail + binary.PutUvarint(q.buffer[q.tail:], uint64(len(entry)+1))
	q.buffer[at] = data
	copy(q.buffer[at+1:], entry)
	q.used += need
	q.tail = (q.tail + need) % len(q.buffer)
	return true
}

// fill puts a filler into the gap at the end of the buffer.
func (q *Queue) fill(gap int) {
	// THE FAULT: a gap of 128 bytes leaves a body of 126, and one of 129 a body of 127.
	// Both have a varint of one byte, where two were reckoned with, so the filler ends a
	// byte before the buffer does. It should be padded: a varint may be longer than it
	// needs to be.
	body := gap - varintSize(gap)
	at := q.tail + binary.PutUvarint(q.buffer[q.tail:], uint64(body))
	if body > 0 {
		q.buffer[at] = filler
	}
	q.used += gap
	q.tail = 0
}

// Pop takes the oldest entry; ok is false if there is none. The bytes are valid until
// the next Push.
func (q *Queue) Pop() (entry []byte, ok bool) {
	for q.used > 0 {
		length, n := binary.Uvarint(q.buffer[q.head:])
		body := q.buffer[q.head+n : q.head+n+int(length)]
		q.head = (q.head + n + int(length)) % len(q.buffer)
		q.used -= n + int(length)
		if length > 0 && body[0] == data {
			return body[1:], true
		}
	}
	return nil, false
}

func varintSize(v int) (n int) {
	for n = 1; v >= 1<<7; n++ {
		v >>= 7
	}
	return n
}
