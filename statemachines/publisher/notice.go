package publisher

import (
	"encoding/binary"
	"fmt"
)

// NoticeKind sorts notices.
type NoticeKind uint8

// The kinds of notices.
const (
	Accepted NoticeKind = 1 + iota // the application's next message is in the stream, for ever
	Earlier                        // so is one that it sent before it was restarted
	Refused                        // the command that came just now, for a reason
)

// String is the kind's name, as in "accepted".
func (k NoticeKind) String() string {
	switch k {
	case Accepted:
		return "accepted"
	case Earlier:
		return "earlier"
	case Refused:
		return "refused"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// RefusedReason is why a command was refused.
type RefusedReason uint8

// The reasons.
const (
	TooLong  RefusedReason = 1 + iota // it is longer than wire.PayloadMax
	Full                              // the queue is full
	NotReady                          // the machine has not heard of the stream yet
)

// String is the reason's name, as in "too-long".
func (r RefusedReason) String() string {
	switch r {
	case TooLong:
		return "too-long"
	case Full:
		return "full"
	case NotReady:
		return "not-ready"
	}
	return fmt.Sprintf("reason %d", uint8(r))
}

// A Notice is what an application gets in an output's data.
type Notice struct {
	Kind     NoticeKind
	Reason   RefusedReason // of Refused
	Sequence uint64        // the message's number, if it is in the stream
	Next     uint64        // offset where the message's frame ends
}

const noticeSize = 18

// appendNotice appends a notice as an output has it.
func appendNotice(dst []byte, n Notice) []byte {
	dst = append(dst, byte(n.Kind), byte(n.Reason))
	dst = binary.LittleEndian.AppendUint64(dst, n.Sequence)
	return binary.LittleEndian.AppendUint64(dst, n.Next)
}

// ReadNotice reads the data of an output. The error is of bytes that are none.
func ReadNotice(b []byte) (Notice, error) {
	if len(b) != noticeSize {
		return Notice{}, fmt.Errorf("publisher: a notice of %d bytes, want %d", len(b), noticeSize)
	}
	return Notice{NoticeKind(b[0]), RefusedReason(b[1]), binary.LittleEndian.Uint64(b[2:]), binary.LittleEndian.Uint64(b[10:])}, nil
}
