// Package ringbuf is the tip ring: it keeps the most recent bytes of a stream in
// memory, for one writer and many readers that never lock and never stall the writer.
//
// A stream is addressed by absolute byte offset. A ring is started at a base, the
// length of the stream at that moment: 0, or what a snapshot says. It retains
//
//	first = max(base, tail - capacity)
//
// up to tail, the offset of the next byte to come, and answers for every offset up to
// 2^64-1:
//
//	off < first   TooOld{off, first, tail}
//	off == tail   nothing yet: 0 bytes, no error; Wait waits for more
//	off > tail    Future{off, first, tail}
//	otherwise     min(length, tail-off) bytes, exactly the stream's
//
// A read of length 0 is judged by its offset all the same. The rule for a ring that
// was restarted is Redis's for a new backlog: it starts, empty, at the offset where
// the history that it was handed ends. What lies before is refused, never served from
// memory that was not yet written.
//
//	ring, err := ringbuf.New(64<<20, snapshotOffset)
//	…
//	err = ring.Append(message)             // the writer
//	n, err := ring.ReadAt(buffer, offset)  // anybody
//
// # Segments and pins
//
// The bytes lie in segments of fixed size, each for one range of offsets. The writer
// copies to bytes at or past tail only, and then stores tail, so nobody sees a byte
// before it is whole. No byte below tail is written again while its segment is in the
// ring. What is left is the end of a segment's life, where the writer wants its memory
// back:
//
//	writer                              reader
//	1 clear the segment's slot          1 pin the segment's number
//	2 look for its number among the     2 load tail, and the segment from its slot
//	  readers' pins                     3 check off against first, and the segment's
//	3 reuse the memory if no pin, else    number against the pin
//	  leave it to the collector         4 copy, or hand out a view
//
// All four steps on each side that touch shared words are atomic, and so have one
// order (the Go memory model). If the reader's pin comes before the writer's look, the
// writer sees it and keeps off. If it comes after, the reader's load of the slot comes
// after its clearing, and finds nothing or another segment's number. There is no third
// case, and neither side ever waits.
//
// A pin stays until its reader needs another segment. That costs an idle reader one
// segment of memory at most, and saves two atomic stores for each read.
//
// # What it does not do
//
// It knows bytes, not messages: a long append becomes visible a segment at a time, and
// a read may begin and end anywhere. There is one writer; Append from two goroutines
// at once corrupts the stream.
package ringbuf
