package fuzz

import (
	"bytes"
	"encoding/binary"

	"battle.test/battle"
	"battle.test/corpus"
	"battle.test/oracle"
	"battle.test/statemachines/wire"
)

// Wire encodes packets and frames, damages, forges, cuts and extends them, and reads them as
// hosts of either version do. What the subject writes must be the oracle's bytes; what it reads,
// and why it refuses, must be what the oracle says.
var Wire = battle.Target[*wirePair]{
	Name: "wire",
	New:  newWirePair,
	Ops: battle.Ops(
		battle.Op[*EncodePacket](4),
		battle.Op[*DamagePacket](3),
		battle.Op[*SetPacketField](3),
		battle.Op[*ResizePacket](2),
		battle.Op[*GrowPacket](1),
		battle.Op[*ReadAs](1),
		battle.Op[*RawPacket](1),
		battle.Op[*AddFrame](2),
		battle.Op[*DamageFrames](1),
	),
	Corpus: corpus.FS,
	Require: []battle.Requirement{
		battle.Require("accepted", 0.5),
		battle.Require("accepted a forgery", 0.2),
		battle.Require("bad-body", 0.1),
		battle.Require("bad-checksum", 0.2),
		battle.Require("too-new", 0.05),
		battle.Require("other-stream", 0.05),
		battle.Require("read some frames", 0.2),
		battle.Require("read wrong frames", 0.05),
	},
}

// wirePair is the packet that is under way, and frames that are read; as the oracle has them,
// there are no others.
type wirePair struct {
	reader uint8  // the version of who reads
	stream uint64 // that it takes part in
	packet []byte
	forged bool
	frames []byte
}

var wireStream = wire.StreamID("aria")

func newWirePair() *wirePair { return &wirePair{reader: wire.Latest, stream: wireStream} }

// read reads the packet as both do.
func (p *wirePair) read(t *battle.T) {
	want, refused := oracle.ReadWire(p.packet, p.reader, p.stream)
	before := bytes.Clone(p.packet)
	var opened wire.Packet
	fault := opened.Open(p.packet, p.reader, p.stream)
	var got wireFields
	if fault.Reason == wire.None {
		fault = got.decode(&opened)
	}
	battle.Equal(t, before, p.packet, "the packet, after it was read")
	if fault.Reason != wire.None || refused != "" {
		battle.Equal(t, refused, reasonText(fault), "why the packet is refused")
		t.Label(refused)
		if fault.Offset < 0 || fault.Offset > len(p.packet) {
			t.Errorf("the fault is at byte %d of %d", fault.Offset, len(p.packet))
		}
		return
	}
	t.Label("accepted")
	if p.forged {
		t.Label("accepted a forgery")
	}
	t.Reach("kind", uint64(want.Kind))
	battle.Equal(t, wire.Header{Version: want.Version, Since: want.Since, Kind: wire.Kind(want.Kind), Stream: want.Stream, Epoch: want.Epoch}, opened.Header, "header")
	battle.Equal(t, want.Numbers, got.numbers, "numbers")
	if !bytes.Equal(want.Data, got.data) {
		battle.Equal(t, want.Data, got.data, "data")
	}
}

// reasonText is what the oracle says for a fault.
func reasonText(f wire.Fault) string {
	if f.Reason == wire.None {
		return ""
	}
	return f.Reason.String()
}

// EncodePacket makes a packet. Its numbers count up from Small, but for one of them.
type EncodePacket struct {
	Kind    wire.Kind `draw:"1..10"`
	Version uint8     `draw:"1..2"`
	Epoch   uint8
	Small   uint8
	Which   uint8 `draw:"0..7"` // 7: none
	Number  uint64
	Data    []byte `draw:"len=0..60"`
}

func (e *EncodePacket) Apply(t *battle.T, p *wirePair) {
	want := oracle.WirePacket{Version: e.Version, Kind: uint8(e.Kind), Stream: wireStream, Epoch: uint64(e.Epoch)}
	for i := range oracle.WireNumbers(want.Kind, 2) {
		n := uint64(e.Small) + uint64(i)
		if i == int(e.Which) {
			n = e.Number
		}
		want.Numbers = append(want.Numbers, n)
	}
	switch e.Kind {
	case wire.KindInject, wire.KindStream, wire.KindAnswer:
		want.Data = e.Data
	case wire.KindFound:
		for rest := e.Data; len(rest) > 0; rest = rest[min(len(rest), 9):] {
			want.Data = append(want.Data, serverEntry(rest)...)
		}
	}
	h := wire.Header{Version: e.Version, Stream: wireStream, Epoch: uint64(e.Epoch)}
	before := []byte("before")
	got := encodeFields(h, e.Kind, want.Numbers, want.Data, before)
	want.Numbers = want.Numbers[:oracle.WireNumbers(want.Kind, e.Version)]
	battle.Equal(t, append(before, want.Bytes()...), got, "encoded")
	p.packet, p.forged = got[len(before):], false
	p.read(t)
}

// serverEntry is an entry of a Found that begins with some bytes.
func serverEntry(begin []byte) []byte {
	entry := make([]byte, 22)
	copy(entry, begin[:min(len(begin), 9)])
	entry[5] &= 1
	return entry
}

// PacketPlace is where a packet is changed.
type PacketPlace uint8

const (
	PacketStart PacketPlace = iota
	FixedPart
	PacketEnd
)

func (p PacketPlace) String() string { return [...]string{"start", "fixed-part", "end"}[p] }

// in is the place in a packet.
func (p PacketPlace) in(packet []byte) int { return [...]int{0, 32, len(packet)}[p] }

// DamagePacket changes a byte, and may make the checksum right again.
type DamagePacket struct {
	Place  PacketPlace `draw:"0..2"`
	Offset int8        `draw:"-40..40"`
	Xor    uint8       `draw:"1..255"`
	Mend   bool
}

func (d *DamagePacket) Apply(t *battle.T, p *wirePair) {
	if len(p.packet) == 0 {
		return
	}
	at := d.Place.in(p.packet) + int(d.Offset)
	p.packet[(at%len(p.packet)+len(p.packet))%len(p.packet)] ^= d.Xor
	p.forge(t, d.Mend)
}

// forge ends every forgery: it makes the checksum right if that is wanted, and reads.
func (p *wirePair) forge(t *battle.T, mend bool) {
	p.forged = true
	if mend {
		oracle.MendWire(p.packet)
	}
	p.read(t)
}

// PacketField is a part of a packet that says what the rest is.
type PacketField uint8

const (
	WriterVersion PacketField = iota
	SinceVersion
	KindField
	LengthField
	StreamField
	FixedLength
)

func (f PacketField) String() string {
	return [...]string{"version", "since", "kind", "length", "stream", "fixed-length"}[f]
}

// SetPacketField gives such a part another value, or one that lies by so much beside what is there.
type SetPacketField struct {
	Field    PacketField `draw:"0..5"`
	Relative bool
	Value    int8 `draw:"-40..40"`
	Mend     bool
}

func (s *SetPacketField) Apply(t *battle.T, p *wirePair) {
	at, size := [...]int{2, 3, 4, 12, 16, 32}[s.Field], [...]int{1, 1, 1, 4, 8, 2}[s.Field]
	if at+size > len(p.packet) {
		return
	}
	value := uint64(int64(s.Value))
	if s.Relative {
		var there [8]byte
		copy(there[:], p.packet[at:at+size])
		value += binary.LittleEndian.Uint64(there[:])
	}
	copy(p.packet[at:at+size], binary.LittleEndian.AppendUint64(nil, value))
	p.forge(t, s.Mend)
}

// ResizePacket cuts bytes off, or adds NUL bytes, and may make length and checksum agree.
type ResizePacket struct {
	By   int8 `draw:"-70..70"`
	Mend bool
}

func (r *ResizePacket) Apply(t *battle.T, p *wirePair) {
	size := max(0, len(p.packet)+int(r.By))
	p.packet = append(p.packet, make([]byte, max(0, size-len(p.packet)))...)[:size]
	if r.Mend && size >= 16 {
		binary.LittleEndian.PutUint32(p.packet[12:], uint32(size))
	}
	p.forge(t, r.Mend)
}

// GrowPacket puts bytes behind the fields of the fixed part, as a later version does, with or
// without saying that older ones can't read it.
type GrowPacket struct {
	More  []byte `draw:"len=0..20"`
	Since uint8  `draw:"1..3"`
}

func (g *GrowPacket) Apply(t *battle.T, p *wirePair) {
	if len(p.packet) < 34 {
		return
	}
	fixed := int(binary.LittleEndian.Uint16(p.packet[32:]))
	if 32+fixed > len(p.packet) {
		return
	}
	p.packet = append(p.packet[:32+fixed:32+fixed], append(bytes.Clone(g.More), p.packet[32+fixed:]...)...)
	p.packet[2], p.packet[3] = 3, g.Since
	binary.LittleEndian.PutUint16(p.packet[32:], uint16(fixed+len(g.More)))
	binary.LittleEndian.PutUint32(p.packet[12:], uint32(len(p.packet)))
	p.forge(t, true)
}

// ReadAs makes the reader another.
type ReadAs struct {
	Version uint8 `draw:"1..3"`
	Other   bool  // it takes part in another stream
}

func (r *ReadAs) Apply(t *battle.T, p *wirePair) {
	p.reader, p.stream = r.Version, wireStream
	if r.Other {
		p.stream++
	}
	p.read(t)
}

// RawPacket reads bytes as they are.
type RawPacket struct {
	Bytes []byte `draw:"len=0..80"`
}

func (r *RawPacket) Apply(t *battle.T, p *wirePair) {
	p.packet = bytes.Clone(r.Bytes)
	p.forge(t, true)
}
