package machinetest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// Number is an argument of a command; one that is left out is 0.
func Number(t *testing.T, d *datadriven.TestData, name string) (n uint64) {
	if d.HasArg(name) {
		d.ScanArgs(t, name, &n)
	}
	return n
}

// Text is an argument of a command; one that is left out is empty.
func Text(t *testing.T, d *datadriven.TestData, name string) (text string) {
	if d.HasArg(name) {
		d.ScanArgs(t, name, &text)
	}
	return text
}

// Address is an argument such as r1h7, or r1* for everybody in a region.
func Address(t *testing.T, d *datadriven.TestData, name string) machine.Address {
	if !d.HasArg(name) {
		return 0
	}
	return ParseAddress(t, Text(t, d, name))
}

// ParseAddress reads an address as it writes itself.
func ParseAddress(t *testing.T, text string) machine.Address {
	var region, host uint16
	if n, _ := fmt.Sscanf(text, "r%dh%d", &region, &host); n == 2 {
		return machine.At(region, host)
	}
	n, _ := fmt.Sscanf(text, "r%d*", &region)
	require.Equal(t, 1, n, "an address: %q", text)
	return machine.Everybody(region)
}

// Packet is the packet that a command's name and arguments say.
func Packet(t *testing.T, d *datadriven.TestData, h wire.Header) []byte {
	number := func(name string) uint64 { return Number(t, d, name) }
	bounds := wire.Bounds{Start: number("start"), First: number("first"), Tail: number("tail"), Committed: number("committed"), Time: int64(number("time"))}
	switch d.Cmd {
	case "inject":
		return (&wire.Inject{Publisher: number("publisher"), Sequence: number("sequence"), Payload: []byte(Text(t, d, "data"))}).Append(nil, h)
	case "injected":
		return (&wire.Injected{Publisher: number("publisher"), Last: number("last"), Tail: number("tail"), Committed: number("committed"), Reason: wire.InjectedReason(number("reason")), Retry: number("retry")}).Append(nil, h)
	case "stream":
		return (&wire.Stream{Start: bounds.Start, Offset: number("offset"), Committed: bounds.Committed, Time: bounds.Time, Frames: Frames(Text(t, d, "frames"))}).Append(nil, h)
	case "request":
		return (&wire.Request{Offset: number("offset"), Length: uint32(number("length"))}).Append(nil, h)
	case "answer":
		return (&wire.Answer{Offset: number("offset"), Bounds: bounds, Data: Frames(Text(t, d, "frames"))}).Append(nil, h)
	case "refusal":
		return (&wire.Refusal{Offset: number("offset"), Bounds: bounds, Reason: wire.RefusalReason(number("reason")), Retry: number("retry")}).Append(nil, h)
	case "stored":
		return (&wire.Stored{Tail: number("tail")}).Append(nil, h)
	case "advert":
		return (&wire.Advert{Service: wire.Service(number("service")), First: bounds.First, Tail: bounds.Tail}).Append(nil, h)
	case "lookup":
		return (&wire.Lookup{}).Append(nil, h)
	}
	t.Fatalf("%s: unknown command %q", d.Pos, d.Cmd)
	return nil
}

// Frames are frames as text: publisher:sequence:payload, with + between them.
func Frames(text string) (b []byte) {
	for one := range strings.SplitSeq(text, "+") {
		var f wire.Frame
		parts := strings.SplitN(one, ":", 3)
		if len(parts) < 3 {
			continue
		}
		fmt.Sscan(parts[0], &f.Publisher)
		fmt.Sscan(parts[1], &f.Sequence)
		f.Payload = []byte(parts[2])
		b = f.Append(b)
	}
	return b
}

// ShowFrames is the inverse of Frames. What is no whole frame is shown as its length.
func ShowFrames(b []byte) string {
	var all []string
	for len(b) > 0 {
		f, size, _ := wire.NextFrame(b)
		if size == 0 {
			all = append(all, fmt.Sprintf("%d bytes", len(b)))
			break
		}
		all = append(all, fmt.Sprintf("%d:%d:%s", f.Publisher, f.Sequence, f.Payload))
		b = b[size:]
	}
	return strings.Join(all, "+")
}

// Show is a packet as a line of text.
func Show(b []byte, version uint8, stream uint64) string {
	var p wire.Packet
	if fault := p.Open(b, version, stream); fault.Reason != wire.None {
		return fault.Error()
	}
	body, fault := show(&p)
	if fault.Reason != wire.None {
		return fault.Error()
	}
	return strings.TrimRight(fmt.Sprintf("%s epoch=%d %s", p.Kind, p.Epoch, body), " ")
}

func show(p *wire.Packet) (string, wire.Fault) {
	switch p.Kind {
	case wire.KindInject:
		var b wire.Inject
		fault := b.Decode(p)
		return fmt.Sprintf("%d:%d:%s", b.Publisher, b.Sequence, b.Payload), fault
	case wire.KindInjected:
		var b wire.Injected
		fault := b.Decode(p)
		return fmt.Sprintf("%s publisher=%d last=%d tail=%d committed=%d%s", b.Reason, b.Publisher, b.Last, b.Tail, b.Committed, retry(b.Retry)), fault
	case wire.KindStream:
		var b wire.Stream
		fault := b.Decode(p)
		return fmt.Sprintf("start=%d offset=%d committed=%d%s %s", b.Start, b.Offset, b.Committed, streamTime(b.Time), ShowFrames(b.Frames)), fault
	case wire.KindRequest:
		var b wire.Request
		fault := b.Decode(p)
		return fmt.Sprintf("offset=%d length=%d", b.Offset, b.Length), fault
	case wire.KindAnswer:
		var b wire.Answer
		fault := b.Decode(p)
		return fmt.Sprintf("offset=%d %s %s", b.Offset, showBounds(b.Bounds), ShowFrames(b.Data)), fault
	case wire.KindRefusal:
		var b wire.Refusal
		fault := b.Decode(p)
		return fmt.Sprintf("%s offset=%d %s%s", b.Reason, b.Offset, showBounds(b.Bounds), retry(b.Retry)), fault
	case wire.KindStored:
		var b wire.Stored
		fault := b.Decode(p)
		return fmt.Sprintf("tail=%d", b.Tail), fault
	case wire.KindAdvert:
		var b wire.Advert
		fault := b.Decode(p)
		return fmt.Sprintf("%s [%d, %d)", b.Service, b.First, b.Tail), fault
	case wire.KindFound:
		var b wire.Found
		fault := b.Decode(p)
		return showFound(&b), fault
	}
	return "", wire.Fault{}
}

func showFound(b *wire.Found) string {
	var all []string
	for i := range b.Len() {
		s := b.At(i)
		one := fmt.Sprintf("%s %s", machine.Address(s.Address), s.Service)
		if s.Hinted || s.First != 0 || s.Tail != 0 {
			one += fmt.Sprintf(" [%d, %d)", s.First, s.Tail)
		}
		all = append(all, one)
	}
	return strings.Join(all, ", ")
}

func showBounds(b wire.Bounds) string {
	return fmt.Sprintf("start=%d [%d, %d) committed=%d%s", b.Start, b.First, b.Tail, b.Committed, streamTime(b.Time))
}

func streamTime(t int64) string {
	if t == 0 {
		return ""
	}
	return fmt.Sprintf(" time=%v", time.Duration(t))
}

func retry(ns uint64) string {
	if ns == 0 {
		return ""
	}
	return fmt.Sprintf(" retry=%v", time.Duration(ns))
}

// Sealed is a packet that was changed, with a checksum and a length that are right.
func Sealed(packet []byte, change func([]byte)) []byte {
	le := binary.LittleEndian
	b := bytes.Clone(packet)
	change(b)
	le.PutUint32(b[12:], uint32(len(b)))
	le.PutUint32(b[8:], 0)
	le.PutUint32(b[8:], crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	return b
}

// streamOf is the stream that a packet says it is of.
func streamOf(packet []byte) uint64 { return binary.LittleEndian.Uint64(packet[16:]) }
