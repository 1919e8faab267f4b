package wire

import "encoding/binary"

const (
	// FrameHeaderSize is the size of a frame without its payload, in bytes.
	FrameHeaderSize = 20

	// PayloadMax is the longest payload in bytes: a packet that holds a frame of it fits into
	// the largest UDP datagram, with room for fields of later versions.
	PayloadMax = 65_000

	// FrameMax is the size of the longest frame in bytes.
	FrameMax = FrameHeaderSize + PayloadMax
)

// A Frame is a message in the stream.
type Frame struct {
	Publisher uint64 // not 0
	Sequence  uint64 // from 1
	Payload   []byte // at most PayloadMax
}

// Size is the frame's size in the stream, in bytes.
func (f *Frame) Size() int { return FrameHeaderSize + len(f.Payload) }

// Append writes the frame behind dst.
func (f *Frame) Append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(f.Payload)))
	return append(appendWords(dst, f.Publisher, f.Sequence), f.Payload...)
}

// NextFrame reads the frame that b begins with, and returns its size in bytes. That is 0 if
// only a part of it is there. Payload is a part of b. A fault means that b is not of any
// stream: it is found as soon as the bytes that show it are there, so that nobody waits for
// the rest of a frame of 4 GiB.
func NextFrame(b []byte) (f Frame, size int, fault Fault) {
	le := binary.LittleEndian
	if len(b) < 4 {
		return Frame{}, 0, Fault{}
	}
	n := le.Uint32(b)
	switch {
	case n > PayloadMax:
		return Frame{}, 0, Fault{BadFrame, 0, uint64(n), "a payload of at most", PayloadMax}
	case len(b) >= 12 && le.Uint64(b[4:]) == 0:
		return Frame{}, 0, Fault{BadFrame, 4, 0, "a publisher of at least", 1}
	case len(b) >= FrameHeaderSize && le.Uint64(b[12:]) == 0:
		return Frame{}, 0, Fault{BadFrame, 12, 0, "a sequence number of at least", 1}
	}
	size = FrameHeaderSize + int(n)
	if len(b) < size {
		return Frame{}, 0, Fault{}
	}
	return Frame{le.Uint64(b[4:]), le.Uint64(b[12:]), b[FrameHeaderSize:size:size]}, size, Fault{}
}

// WholeFrames is how many of the first bytes of b are whole frames. What follows is the
// beginning of one, or nothing. The offset of a fault is that in b.
func WholeFrames(b []byte) (size int, fault Fault) {
	for {
		_, n, fault := NextFrame(b[size:])
		if n == 0 {
			if fault.Reason != None {
				fault.Offset += size
			}
			return size, fault
		}
		size += n
	}
}
