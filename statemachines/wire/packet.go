package wire

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// The versions of the format. A reader takes all of them; see [Packet].
const (
	Version1 uint8 = 1
	Version2 uint8 = 2 // with the stream time
	Latest         = Version2
)

// Kind sorts packets.
type Kind uint8

// The kinds of packets.
const (
	KindInject   Kind = 1 + iota // publisher to sequencer: a message
	KindInjected                 // sequencer to publisher: what became of it
	KindStream                   // sequencer or replicator to everybody: frames
	KindRequest                  // client to server: asks for bytes of the stream
	KindAnswer                   // server to client: bytes of the stream
	KindRefusal                  // server to client: none, and why
	KindStored                   // standby to sequencer: what is on its disk
	KindAdvert                   // server to discovery: what it has
	KindLookup                   // client to discovery: who is there?
	KindFound                    // discovery to client: these

	kindLast = KindFound
)

// String is the kind's name, as in "request".
func (k Kind) String() string {
	names := [...]string{"inject", "injected", "stream", "request", "answer", "refusal", "stored", "advert", "lookup", "found"}
	if k >= 1 && k <= kindLast {
		return names[k-1]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// HeaderSize is the size of a packet's header in bytes.
const HeaderSize = 32

// PacketMax is the longest packet in bytes: the largest UDP datagram. What a machine makes of one
// packet, such as a record of its journal, is bounded by it.
const PacketMax = 65_507

const (
	magic = 'A' | 'R'<<8

	versionAt = 2
	sinceAt   = 3
	kindAt    = 4
	sumAt     = 8
	lengthAt  = 12
	streamAt  = 16
	epochAt   = 24
	fixedAt   = HeaderSize // where the fixed part begins
	fieldsAt  = fixedAt + 2
)

// A Header is what every packet begins with. Whoever writes one sets Version, Stream and
// Epoch; the rest is written by what is sent.
type Header struct {
	Version uint8 // of whoever wrote it
	Since   uint8 // the lowest version that can read it
	Kind    Kind
	Stream  uint64 // see StreamID
	Epoch   uint64
}

// StreamID is what packets have for a stream's name.
func StreamID(name string) uint64 {
	sum := sha256.Sum256([]byte(name))
	return binary.LittleEndian.Uint64(sum[:])
}

// A Packet is one that is opened, to be decoded as what its kind says.
type Packet struct {
	Header
	reader uint8
	fixed  []byte // fields of the fixed part, and what a newer version has behind them
	data   []byte
}

// Open checks the packet b all but for its body, for a reader of a version and a stream. The
// opened packet holds b. Where there is a fault, what it holds means nothing.
func (p *Packet) Open(b []byte, version uint8, stream uint64) Fault {
	le := binary.LittleEndian
	if len(b) < HeaderSize {
		return Fault{Short, 0, uint64(len(b)), "at least", HeaderSize}
	}
	if got := le.Uint16(b); got != magic {
		return Fault{BadMagic, 0, uint64(got), "exactly", magic}
	}
	p.Version, p.Since, p.Kind, p.reader = b[versionAt], b[sinceAt], Kind(b[kindAt]), version
	p.Stream, p.Epoch = le.Uint64(b[streamAt:]), le.Uint64(b[epochAt:])
	if p.Since == 0 {
		return Fault{TooNew, sinceAt, 0, "at least", 1}
	}
	if most := min(p.Version, version); p.Since > most {
		return Fault{TooNew, sinceAt, uint64(p.Since), "at most", uint64(most)}
	}
	if got, want := le.Uint32(b[sumAt:]), checksum(b); got != want {
		return Fault{BadChecksum, sumAt, uint64(got), "exactly", uint64(want)}
	}
	if got := le.Uint32(b[lengthAt:]); uint64(got) != uint64(len(b)) {
		return Fault{BadLength, lengthAt, uint64(got), "exactly", uint64(len(b))}
	}
	if len(b) > PacketMax {
		return Fault{BadLength, lengthAt, uint64(len(b)), "at most", PacketMax}
	}
	if p.Stream != stream {
		return Fault{OtherStream, streamAt, p.Stream, "exactly", stream}
	}
	if p.Kind < 1 || p.Kind > kindLast {
		return Fault{UnknownKind, kindAt, uint64(p.Kind), "from 1 to", uint64(kindLast)}
	}
	return p.split(b)
}

// split parts the fixed part from the data.
func (p *Packet) split(b []byte) Fault {
	room := uint64(len(b) - fixedAt)
	if room < 2 {
		return Fault{BadBody, fixedAt, room, "a body of at least", 2}
	}
	fixed := uint64(binary.LittleEndian.Uint16(b[fixedAt:]))
	switch {
	case fixed < 2:
		return Fault{BadBody, fixedAt, fixed, "a fixed part of at least", 2}
	case fixed > room:
		return Fault{BadBody, fixedAt, fixed, "a fixed part of at most", room}
	}
	p.fixed, p.data = b[fieldsAt:fixedAt+fixed], b[fixedAt+fixed:]
	return Fault{}
}

// fields checks that the fixed part has at least so many bytes of fields.
func (p *Packet) fields(size int) Fault {
	if len(p.fixed) < size {
		return Fault{BadBody, fixedAt, uint64(2 + len(p.fixed)), "a fixed part of at least", uint64(2 + size)}
	}
	return Fault{}
}

// only is fields for a kind that has no data.
func (p *Packet) only(size int) Fault {
	if fault := p.fields(size); fault.Reason != None {
		return fault
	}
	if len(p.data) > 0 {
		return Fault{BadBody, p.dataAt(), uint64(len(p.data)), "data of exactly", 0}
	}
	return Fault{}
}

// dataAt is where the data begins.
func (p *Packet) dataAt() int { return fieldsAt + len(p.fixed) }

// bytes is the data of a packet that says that it begins at an offset of the stream.
func (p *Packet) bytes(offset uint64) ([]byte, Fault) {
	if room := ^offset; uint64(len(p.data)) > room {
		return nil, Fault{BadBody, p.dataAt(), uint64(len(p.data)), "up to the last offset at most", room}
	}
	return p.data[:len(p.data):len(p.data)], Fault{}
}

// number is the field at an offset behind the length of the fixed part.
func (p *Packet) number(at int) uint64 { return binary.LittleEndian.Uint64(p.fixed[at:]) }

// time is the stream time behind so many bytes of fields, if there is one that the reader knows.
func (p *Packet) time(at int) int64 {
	if p.reader < Version2 || len(p.fixed) < at+8 {
		return 0
	}
	return int64(p.number(at))
}

// begin appends a header, and room for the length of the fixed part.
func (h Header) begin(dst []byte, kind Kind) []byte {
	le := binary.LittleEndian
	dst = le.AppendUint16(dst, magic)
	dst = append(dst, h.Version, 1, byte(kind), 0, 0, 0)
	dst = le.AppendUint64(dst, 0) // checksum and length
	dst = le.AppendUint64(dst, h.Stream)
	dst = le.AppendUint64(dst, h.Epoch)
	return le.AppendUint16(dst, 0)
}

// time appends the stream time, if the header's version has one.
func (h Header) time(dst []byte, t int64) []byte {
	if h.Version < Version2 {
		return dst
	}
	return binary.LittleEndian.AppendUint64(dst, uint64(t))
}

// end appends the data of a packet that begins at byte at of dst, and says in its header what
// it is now.
func end(dst []byte, at int, data []byte) []byte {
	le := binary.LittleEndian
	le.PutUint16(dst[at+fixedAt:], uint16(len(dst)-at-fixedAt))
	dst = append(dst, data...)
	b := dst[at:]
	le.PutUint32(b[lengthAt:], uint32(len(b)))
	le.PutUint32(b[sumAt:], checksum(b))
	return dst
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum is that of a packet, whatever it says itself: of the bytes before it, of zeros in its
// place, and of those after it. The first two are always twelve bytes, of which eight vary.
func checksum(b []byte) uint32 {
	sum := headSum
	for i, v := range (*[sumAt]byte)(b) {
		sum ^= headSums[i][v]
	}
	return crc32.Update(sum, castagnoli, b[lengthAt:])
}

// headSum is the sum of twelve zeros, and headSums what a byte that is none changes about it. A sum
// of so few costs less by a table than by the processor's instruction behind two calls.
var headSum, headSums = sumHeads()

func sumHeads() (zeros uint32, sums [sumAt][256]uint32) {
	head := make([]byte, lengthAt)
	zeros = crc32.Checksum(head, castagnoli)
	for i := range sums {
		for v := range sums[i] {
			head[i] = byte(v)
			sums[i][v] = crc32.Checksum(head, castagnoli) ^ zeros
		}
		head[i] = 0
	}
	return zeros, sums
}
