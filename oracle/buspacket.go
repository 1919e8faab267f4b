package oracle

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// A BusPacket is what a packet says, as far as the model of the bus wants to know. It is read by
// the tables of docs/bus.md, and by no code of the machines.
type BusPacket struct {
	Kind                                  string // "inject", "injected", "stream", "request", "answer", "refusal", "found", or "" for all others
	Epoch                                 uint64
	Start, Offset, First, Tail, Committed uint64
	Publisher, Sequence                   uint64 // of a message that is injected
	Length                                uint64 // that a request asks for
	Time                                  int64  // of its writer, of a stream packet of version 2; else 0
	Reason                                string // of a refusal, or of what became of a message
	Data                                  []byte // of a message, a stream packet, an answer, or what was found: the packet's
}

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	busFixed   = [...]int{1: 16, 2: 33, 3: 24, 4: 12, 5: 40, 6: 49} // by kind, how many bytes of the fixed part are read here
	busAnswers = [...]string{"taken", "not leading", "another epoch", "too fast", "out of order", "too long"}
	busReasons = [...]string{"none", "too old", "future", "wrong epoch", "busy", "malformed", "uncommitted"}
)

// ReadBusPacket reads a packet that a machine sent. The error says what no packet may be.
func ReadBusPacket(packet []byte) (p BusPacket, err error) {
	le := binary.LittleEndian
	if len(packet) < 34 {
		return p, fmt.Errorf("a packet of %d bytes, want at least 34", len(packet))
	}
	version, since, kind := packet[2], packet[3], packet[4]
	sum := crc32.Update(0, castagnoli, packet[:8])
	sum = crc32.Update(sum, castagnoli, make([]byte, 4)) // in the place of the sum itself
	sum = crc32.Update(sum, castagnoli, packet[12:])
	switch {
	case string(packet[:2]) != "AR":
		return p, fmt.Errorf("magic is %q, want AR", packet[:2])
	case since < 1 || since > version:
		return p, fmt.Errorf("version is %d, since is %d", version, since)
	case le.Uint32(packet[8:]) != sum:
		return p, fmt.Errorf("checksum is %#x, want %#x", le.Uint32(packet[8:]), sum)
	case int(le.Uint32(packet[12:])) != len(packet):
		return p, fmt.Errorf("length is %d, want %d", le.Uint32(packet[12:]), len(packet))
	}
	p.Epoch = le.Uint64(packet[24:])
	fixed := int(le.Uint16(packet[32:]))
	if 32+fixed > len(packet) {
		return p, fmt.Errorf("the fixed part has %d bytes, and the packet %d", fixed, len(packet))
	}
	words := packet[34 : 32+fixed]
	word := func(i int) uint64 { return le.Uint64(words[8*i:]) }
	need := 0
	if int(kind) < len(busFixed) {
		need = busFixed[kind]
	}
	if len(words) < need {
		return p, fmt.Errorf("the fixed part of kind %d has %d bytes, want at least %d", kind, fixed, need+2)
	}
	p.Data = packet[32+fixed:]
	switch kind {
	case 1:
		p.Kind, p.Publisher, p.Sequence = "inject", word(0), word(1)
	case 2:
		if int(words[32]) >= len(busAnswers) {
			return p, fmt.Errorf("a message's reason %d", words[32])
		}
		p.Kind, p.Publisher, p.Tail, p.Committed, p.Reason = "injected", word(0), word(2), word(3), busAnswers[words[32]]
	case 3:
		p.Kind, p.Start, p.Offset, p.Committed = "stream", word(0), word(1), word(2)
		if len(words) >= 32 {
			p.Time = int64(word(3))
		}
	case 4:
		p.Kind, p.Offset, p.Length = "request", word(0), uint64(le.Uint32(words[8:]))
	case 5:
		p.Kind, p.Offset, p.Start, p.First, p.Tail, p.Committed = "answer", word(0), word(1), word(2), word(3), word(4)
	case 6:
		p.Kind, p.Offset, p.Start, p.First, p.Tail, p.Committed = "refusal", word(0), word(1), word(2), word(3), word(4)
		if int(words[40]) >= len(busReasons) || words[40] == 0 {
			return p, fmt.Errorf("a refusal of reason %d", words[40])
		}
		p.Reason = busReasons[words[40]]
	case 10:
		p.Kind = "found"
	}
	return p, nil
}
