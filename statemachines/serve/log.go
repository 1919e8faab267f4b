package serve

import (
	"fmt"
	"slices"
)

const chunkSize = 4 << 10 // bytes

type chunk [chunkSize]byte

// A Log is the bytes of a stream in memory, from first to tail. It grows as long as nobody
// calls Forget. Its zero value is the empty stream.
type Log struct {
	first, tail uint64

	// The chunks from head on are in use; the first of them begins at offset origin.
	// Shared ones, those that begin below shared, are some copy's, too.
	origin uint64
	shared uint64
	head   int
	chunks []*chunk
	spare  []*chunk
}

// NewLog makes an empty log at an offset.
func NewLog(base uint64) *Log { return &Log{first: base, tail: base, origin: base, shared: base} }

// First is the offset of the oldest byte.
func (l *Log) First() uint64 { return l.first }

// Tail is the offset of the next byte to come.
func (l *Log) Tail() uint64 { return l.tail }

// Append appends bytes to the stream. It panics if the stream would pass the last offset:
// that is for its callers to know.
func (l *Log) Append(b []byte) {
	if uint64(len(b)) > ^l.tail {
		panic(fmt.Sprintf("serve: %d bytes more at offset %d, want at most %d", len(b), l.tail, ^l.tail))
	}
	for len(b) > 0 {
		c, at := l.writable()
		n := copy(c[at:], b)
		l.tail += uint64(n)
		b = b[n:]
	}
}

// writable is the chunk that tail is in, and where: one that is nobody else's.
func (l *Log) writable() (c *chunk, at int) {
	i, at := l.at(l.tail)
	if i == len(l.chunks) {
		l.chunks = append(l.chunks, l.fresh())
		return l.chunks[i], at
	}
	if begin := l.tail - uint64(at); begin < l.shared {
		own := l.fresh()
		copy(own[:at], l.chunks[i][:at])
		l.chunks[i], l.shared = own, begin
	}
	return l.chunks[i], at
}

// at is where an offset lies: the chunk's index, and the place in it.
func (l *Log) at(offset uint64) (i, at int) {
	distance := offset - l.origin
	return l.head + int(distance/chunkSize), int(distance % chunkSize)
}

func (l *Log) fresh() *chunk {
	if last := len(l.spare) - 1; last >= 0 {
		c := l.spare[last]
		l.spare = l.spare[:last]
		return c
	}
	return new(chunk)
}

// Copy copies what there is of the stream from an offset on, which is from first to tail,
// into p, and returns how much that was.
func (l *Log) Copy(p []byte, offset uint64) int {
	if offset < l.first || offset > l.tail {
		panic(fmt.Sprintf("serve: offset %d, want one in [%d, %d]", offset, l.first, l.tail))
	}
	p = p[:min(uint64(len(p)), l.tail-offset)]
	for done := 0; done < len(p); {
		i, at := l.at(offset + uint64(done))
		done += copy(p[done:], l.chunks[i][at:])
	}
	return len(p)
}

// Same tells whether the stream has b at an offset, as far as it goes: how many bytes are
// the same, from there on.
func (l *Log) Same(b []byte, offset uint64) int {
	b = b[:min(uint64(len(b)), l.tail-offset)]
	for done := 0; done < len(b); {
		i, at := l.at(offset + uint64(done))
		part := min(len(b)-done, chunkSize-at)
		for k, have := range l.chunks[i][at : at+part] {
			if have != b[done+k] {
				return done + k
			}
		}
		done += part
	}
	return len(b)
}

// Cut takes off what the stream has from an offset on, which is from first to tail.
func (l *Log) Cut(offset uint64) {
	if offset < l.first || offset > l.tail {
		panic(fmt.Sprintf("serve: a cut at offset %d, want one in [%d, %d]", offset, l.first, l.tail))
	}
	l.tail = offset
	end, at := l.at(offset)
	if at > 0 {
		end++
	}
	for i := end; i < len(l.chunks); i++ {
		l.release(i)
	}
	l.chunks = l.chunks[:end]
}

// Forget gives up the bytes below an offset, at most to tail.
func (l *Log) Forget(below uint64) {
	if below <= l.first {
		return
	}
	l.first = min(below, l.tail)
	for l.first-l.origin >= chunkSize {
		l.release(l.head)
		l.head++
		l.origin += chunkSize
	}
	if l.head > 16 && l.head > len(l.chunks)/2 { // each chunk is moved once, on the average
		n := copy(l.chunks, l.chunks[l.head:])
		clear(l.chunks[n:])
		l.chunks, l.head = l.chunks[:n], 0
	}
}

// release gives a chunk's memory back, if it is nobody else's. A few spare ones are enough:
// what is cut is short.
func (l *Log) release(i int) {
	begin := l.origin + uint64(i-l.head)*chunkSize
	if begin >= l.shared && len(l.spare) < 4 {
		l.spare = append(l.spare, l.chunks[i])
	}
	l.chunks[i] = nil
}

// Clone is a copy of the log. The two share all memory that there is now, and each takes its
// own for what it appends; of the chunk that the stream ends in it takes a copy then.
func (l *Log) Clone() *Log {
	l.shared = max(l.shared, l.tail)
	c := *l
	c.chunks, c.spare, c.head = slices.Clone(l.chunks[l.head:]), nil, 0
	return &c
}

// Bytes are a copy of what there is of the stream from an offset on.
func (l *Log) Bytes(offset uint64) []byte {
	b := make([]byte, l.tail-offset)
	l.Copy(b, offset)
	return b
}
