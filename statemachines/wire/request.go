package wire

import (
	"encoding/binary"
	"fmt"
)

// A Request asks a server for bytes of the stream, in the epoch of its header.
type Request struct {
	Offset uint64
	Length uint32 // bytes at most; 0 is Malformed
}

// Append writes the packet behind dst.
func (p *Request) Append(dst []byte, h Header) []byte {
	at := len(dst)
	dst = appendWords(h.begin(dst, KindRequest), p.Offset)
	return end(binary.LittleEndian.AppendUint32(dst, p.Length), at, nil)
}

// Decode reads an opened packet.
func (p *Request) Decode(from *Packet) Fault {
	if fault := from.only(12); fault.Reason != None {
		return fault
	}
	*p = Request{from.number(0), binary.LittleEndian.Uint32(from.fixed[8:])}
	return Fault{}
}

// Bounds are what a server says of itself in answers and refusals, as of that moment.
type Bounds struct {
	Start     uint64 // offset at which the epoch of the header began
	First     uint64 // offset of the oldest byte that the server has
	Tail      uint64 // offset of the next byte to come
	Committed uint64 // offset up to which the stream is accepted
	Time      int64  // stream time in ns since 1970; 0 where the packet has none
}

// An Answer has bytes of the stream, which may begin and end within frames.
type Answer struct {
	Offset uint64
	Bounds
	Data []byte // from Offset on; none at tail
}

// Append writes the packet behind dst.
func (p *Answer) Append(dst []byte, h Header) []byte {
	at := len(dst)
	dst = appendWords(h.begin(dst, KindAnswer), p.Offset, p.Start, p.First, p.Tail, p.Committed)
	return end(h.time(dst, p.Time), at, p.Data)
}

// Decode reads an opened packet. Data is a part of it.
func (p *Answer) Decode(from *Packet) Fault {
	if fault := from.fields(40); fault.Reason != None {
		return fault
	}
	data, fault := from.bytes(from.number(0))
	if fault.Reason != None {
		return fault
	}
	*p = Answer{from.number(0), from.bounds(from.time(40)), data}
	return Fault{}
}

// bounds are those behind the offset.
func (p *Packet) bounds(time int64) Bounds {
	return Bounds{p.number(8), p.number(16), p.number(24), p.number(32), time}
}

// RefusalReason is why a request was refused.
type RefusalReason uint8

// The reasons of a Refusal.
const (
	TooOld      RefusalReason = 1 + iota // Offset is below First
	Future                               // Offset is past Tail
	WrongEpoch                           // the request is of another epoch than the server's
	Busy                                 // try again after Retry
	Malformed                            // the request asks for nothing
	Uncommitted                          // the server has the bytes, and they are not accepted yet

	// RefusalReasons is the size of a table by reason.
	RefusalReasons = int(Uncommitted) + 1
)

// String is the reason's name, as in "too-old".
func (r RefusalReason) String() string {
	names := [RefusalReasons - 1]string{"too-old", "future", "wrong-epoch", "busy", "malformed", "uncommitted"}
	if r >= 1 && int(r) <= len(names) {
		return names[r-1]
	}
	return fmt.Sprintf("reason %d", uint8(r))
}

// A Refusal says why a server gives none.
type Refusal struct {
	Offset uint64 // as asked for
	Bounds
	Reason RefusalReason
	Retry  uint64 // ns until it is worth trying again
}

// Append writes the packet behind dst.
func (p *Refusal) Append(dst []byte, h Header) []byte {
	at := len(dst)
	dst = appendWords(h.begin(dst, KindRefusal), p.Offset, p.Start, p.First, p.Tail, p.Committed)
	dst = appendWords(append(dst, byte(p.Reason)), p.Retry)
	return end(h.time(dst, p.Time), at, nil)
}

// Decode reads an opened packet.
func (p *Refusal) Decode(from *Packet) Fault {
	if fault := from.only(49); fault.Reason != None {
		return fault
	}
	*p = Refusal{from.number(0), from.bounds(from.time(49)), RefusalReason(from.fixed[40]), from.number(41)}
	return Fault{}
}
