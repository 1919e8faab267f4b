package oracle

import (
	"bytes"
	"encoding/binary"
)

// A WirePacket is a packet as docs/bus.md has it: numbers in the order of their kind's fields.
type WirePacket struct {
	Version, Since, Kind uint8
	Stream, Epoch        uint64
	Numbers              []uint64
	Data                 []byte
}

// A wireLayout is the fixed part of a kind: the sizes of its fields in version 1, how many it
// has more in version 2, of 8 bytes each, and what its data is.
type wireLayout struct {
	sizes []int
	later int
	data  string
}

const (
	noData     = "none"
	anyData    = "any"
	streamData = "of the stream, from the field on that is called offset"
	serverData = "entries of 22 bytes"
)

// wireLayouts are those of the kinds from 1 on.
var wireLayouts = []wireLayout{
	{[]int{8, 8}, 0, anyData},               // Inject: publisher, sequence
	{[]int{8, 8, 8, 8, 1, 8}, 0, noData},    // Injected: publisher, last, tail, committed, reason, retry
	{[]int{8, 8, 8}, 1, streamData},         // Stream: start, offset, committed; time
	{[]int{8, 4}, 0, noData},                // Request: offset, length
	{[]int{8, 8, 8, 8, 8}, 1, streamData},   // Answer: offset, start, first, tail, committed; time
	{[]int{8, 8, 8, 8, 8, 1, 8}, 1, noData}, // Refusal: offset, start, first, tail, committed, reason, retry; time
	{[]int{8}, 0, noData},                   // Stored: tail
	{[]int{1, 8, 8}, 0, noData},             // Advert: service, first, tail
	{nil, 0, noData},                        // Lookup
	{nil, 0, serverData},                    // Found
}

// WireKinds is how many kinds there are.
var WireKinds = len(wireLayouts)

// WireNumbers is how many numbers a packet of a kind has in a version.
func WireNumbers(kind, version uint8) int {
	layout := wireLayouts[kind-1]
	if version < 2 {
		return len(layout.sizes)
	}
	return len(layout.sizes) + layout.later
}

// Bytes lays the packet out, as its version does.
func (p WirePacket) Bytes() []byte {
	le := binary.LittleEndian
	var fixed []byte
	for i, n := range p.Numbers {
		size := 8
		if sizes := wireLayouts[p.Kind-1].sizes; i < len(sizes) {
			size = sizes[i]
		}
		fixed = append(fixed, le.AppendUint64(nil, n)[:size]...)
	}
	b := []byte{'A', 'R', p.Version, 1, p.Kind, 0, 0, 0}
	b = le.AppendUint32(b, 0)
	b = le.AppendUint32(b, uint32(34+len(fixed)+len(p.Data)))
	b = le.AppendUint64(b, p.Stream)
	b = le.AppendUint64(b, p.Epoch)
	b = le.AppendUint16(b, uint16(2+len(fixed)))
	b = append(append(b, fixed...), p.Data...)
	MendWire(b)
	return b
}

// MendWire makes a packet's checksum right, if it has one.
func MendWire(b []byte) {
	if len(b) >= 12 {
		copy(b[8:], make([]byte, 4))
		binary.LittleEndian.PutUint32(b[8:], sum(b))
	}
}

// ReadWire reads a packet as a host of a version does that takes part in a stream. If it must
// refuse it, it says why instead, in the words of docs/bus.md.
func ReadWire(b []byte, version uint8, stream uint64) (p WirePacket, refused string) {
	le := binary.LittleEndian
	if len(b) < 32 {
		return p, "short"
	}
	if b[0] != 'A' || b[1] != 'R' {
		return p, "bad-magic"
	}
	p = WirePacket{Version: b[2], Since: b[3], Kind: b[4], Stream: le.Uint64(b[16:]), Epoch: le.Uint64(b[24:])}
	if p.Since < 1 || p.Since > p.Version || p.Since > version {
		return p, "too-new"
	}
	mended := bytes.Clone(b)
	if MendWire(mended); !bytes.Equal(mended, b) {
		return p, "bad-checksum"
	}
	if le.Uint32(b[12:]) != uint32(len(b)) || len(b) > 65_507 {
		return p, "bad-length"
	}
	if p.Stream != stream {
		return p, "other-stream"
	}
	if p.Kind < 1 || int(p.Kind) > len(wireLayouts) {
		return p, "unknown-kind"
	}
	if !p.readBody(b[32:], version) {
		return p, "bad-body"
	}
	return p, ""
}

// readBody reads the numbers and the data of a kind.
func (p *WirePacket) readBody(b []byte, version uint8) (ok bool) {
	if len(b) < 2 {
		return false
	}
	size := int(binary.LittleEndian.Uint16(b))
	if size < 2 || size > len(b) {
		return false
	}
	fixed, layout := b[2:size], wireLayouts[p.Kind-1]
	p.Data = b[size:]
	for _, size := range layout.sizes {
		if len(fixed) < size {
			return false
		}
		p.Numbers = append(p.Numbers, binary.LittleEndian.Uint64(append(bytes.Clone(fixed[:size]), make([]byte, 8)...)))
		fixed = fixed[size:]
	}
	for range layout.later {
		n := uint64(0)
		if version >= 2 && len(fixed) >= 8 {
			n, fixed = binary.LittleEndian.Uint64(fixed), fixed[8:]
		}
		p.Numbers = append(p.Numbers, n)
	}
	return p.dataFits(layout)
}

// dataFits tells whether the data is what the kind has.
func (p *WirePacket) dataFits(layout wireLayout) bool {
	switch layout.data {
	case noData:
		return len(p.Data) == 0
	case serverData:
		for entry := p.Data; len(entry) > 0; entry = entry[22:] {
			if len(entry) < 22 || entry[5] > 1 {
				return false
			}
		}
	case streamData:
		offset := p.Numbers[0]
		if p.Kind == 3 {
			offset = p.Numbers[1]
		}
		for range p.Data { // no byte lies past the last offset
			if offset++; offset == 0 {
				return false
			}
		}
	}
	return true
}

// A WireFrame is a message in the stream.
type WireFrame struct {
	Publisher, Sequence uint64
	Payload             []byte
}

// ReadFrames reads the frames that some bytes begin with. What is left is the beginning of
// one, or of what is none: wrong tells.
func ReadFrames(b []byte) (frames []WireFrame, left int, wrong bool) {
	le := binary.LittleEndian
	for {
		if len(b) >= 4 && le.Uint32(b) > 65000 || len(b) >= 12 && le.Uint64(b[4:]) == 0 || len(b) >= 20 && le.Uint64(b[12:]) == 0 {
			return frames, len(b), true
		}
		if len(b) < 20 || len(b) < 20+int(le.Uint32(b)) {
			return frames, len(b), false
		}
		n := int(le.Uint32(b))
		frames = append(frames, WireFrame{le.Uint64(b[4:]), le.Uint64(b[12:]), b[20 : 20+n]})
		b = b[20+n:]
	}
}
