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
//	1 clear the segment's slot          1 load tail, and check off against first
//	2 look for its number among the     2 pin the number of off's segment
//	  readers' pins                     3 load the segment from its slot, and check
//	3 if there is none, give the memory   its number against the pin
//	  another number, put it into that  4 copy, or hand out a view
//	  number's slot, and write to it
//
// The clearing, the looks, the numbers, the pins and the loads are atomic, and so have
// one order (the Go memory model). If the reader's pin comes before the writer's look,
// the writer sees it and keeps off: it looks again when it needs memory next. If it
// comes after, the reader's load of the slot comes after its clearing, and finds
// nothing or another number. There is no third case, and neither side ever waits.
//
// A pin that is gone when the writer looks has been replaced by the same reader's next
// pin, after its last byte of the segment was copied. The writer sees that next pin, so
// the copying happens before the writing, as the memory model has it: plain reads and
// writes of one byte never race.
//
// A reader that finds nothing in step 3 was overtaken since step 1. The segment left the
// ring after tail was stored, so a second look at the bounds refuses the offset.
//
// A pin stays until its reader needs another segment or is closed, and spares it steps 2
// and 3 meanwhile: memory that was found under a pin stays what it is, in the ring or out
// of it. That costs an idle reader one segment of memory at most.
//
// # What it does not do
//
// It knows bytes, not messages: a long append becomes visible a segment at a time, and
// a read may begin and end anywhere. There is one writer; Append from two goroutines
// at once corrupts the stream.
package ringbuf
