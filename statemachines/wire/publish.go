package wire

import (
	"encoding/binary"
	"fmt"
)

// An Inject asks the sequencer to put a message into the stream.
type Inject struct {
	Publisher uint64
	Sequence  uint64 // of the message, counted from 1 by its publisher
	Payload   []byte
}

// Append writes the packet behind dst.
func (p *Inject) Append(dst []byte, h Header) []byte {
	at := len(dst)
	dst = appendWords(h.begin(dst, KindInject), p.Publisher, p.Sequence)
	return end(dst, at, p.Payload)
}

// Decode reads an opened packet. Payload is a part of it. A payload that no frame can hold is
// not refused here: the sequencer says [TooLong].
func (p *Inject) Decode(from *Packet) Fault {
	if fault := from.fields(16); fault.Reason != None {
		return fault
	}
	*p = Inject{from.number(0), from.number(8), from.data[:len(from.data):len(from.data)]}
	return Fault{}
}

// InjectedReason is why a message was not put into the stream.
type InjectedReason uint8

// The reasons of an Injected.
const (
	Taken      InjectedReason = iota // it was, now or before
	NotLeading                       // another sequencer leads
	OtherEpoch                       // the publisher knows another epoch
	TooFast                          // try again after Retry
	OutOfOrder                       // not the next of its publisher, which is Last+1
	TooLong                          // no frame can hold it

	// InjectedReasons is the size of a table by reason.
	InjectedReasons = int(TooLong) + 1
)

// String is the reason's name, as in "not-leading".
func (r InjectedReason) String() string {
	names := [InjectedReasons]string{"taken", "not-leading", "wrong-epoch", "too-fast", "out-of-order", "too-long"}
	if int(r) < len(names) {
		return names[r]
	}
	return fmt.Sprintf("reason %d", uint8(r))
}

// An Injected tells a publisher what became of its messages.
type Injected struct {
	Publisher uint64
	Last      uint64 // sequence number of its last message in the stream; 0 is none
	Tail      uint64 // offset up to which the stream goes, as of now
	Committed uint64 // offset up to which it is accepted
	Reason    InjectedReason
	Retry     uint64 // ns until it is worth trying again
}

// Append writes the packet behind dst.
func (p *Injected) Append(dst []byte, h Header) []byte {
	at := len(dst)
	dst = appendWords(h.begin(dst, KindInjected), p.Publisher, p.Last, p.Tail, p.Committed)
	dst = append(dst, byte(p.Reason))
	return end(appendWords(dst, p.Retry), at, nil)
}

// Decode reads an opened packet.
func (p *Injected) Decode(from *Packet) Fault {
	if fault := from.only(41); fault.Reason != None {
		return fault
	}
	*p = Injected{from.number(0), from.number(8), from.number(16), from.number(24), InjectedReason(from.fixed[32]), from.number(33)}
	return Fault{}
}

func appendWords(dst []byte, words ...uint64) []byte {
	for _, w := range words {
		dst = binary.LittleEndian.AppendUint64(dst, w)
	}
	return dst
}
