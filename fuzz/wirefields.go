package fuzz

import (
	"fmt"

	"battle.test/battle"
	"battle.test/oracle"
	"battle.test/statemachines/wire"
)

// wireFields are what a decoded packet says, as the oracle lists it.
type wireFields struct {
	numbers []uint64
	data    []byte
}

// decode decodes an opened packet as what its kind says.
func (f *wireFields) decode(p *wire.Packet) (fault wire.Fault) {
	switch p.Kind {
	case wire.KindInject:
		var b wire.Inject
		fault = b.Decode(p)
		*f = wireFields{[]uint64{b.Publisher, b.Sequence}, b.Payload}
	case wire.KindInjected:
		var b wire.Injected
		fault = b.Decode(p)
		f.numbers = []uint64{b.Publisher, b.Last, b.Tail, b.Committed, uint64(b.Reason), b.Retry}
	case wire.KindStream:
		var b wire.Stream
		fault = b.Decode(p)
		*f = wireFields{[]uint64{b.Start, b.Offset, b.Committed, uint64(b.Time)}, b.Frames}
	case wire.KindRequest:
		var b wire.Request
		fault = b.Decode(p)
		f.numbers = []uint64{b.Offset, uint64(b.Length)}
	case wire.KindAnswer:
		var b wire.Answer
		fault = b.Decode(p)
		*f = wireFields{[]uint64{b.Offset, b.Start, b.First, b.Tail, b.Committed, uint64(b.Time)}, b.Data}
	case wire.KindRefusal:
		var b wire.Refusal
		fault = b.Decode(p)
		f.numbers = []uint64{b.Offset, b.Start, b.First, b.Tail, b.Committed, uint64(b.Reason), b.Retry, uint64(b.Time)}
	case wire.KindStored:
		var b wire.Stored
		fault = b.Decode(p)
		f.numbers = []uint64{b.Tail}
	case wire.KindAdvert:
		var b wire.Advert
		fault = b.Decode(p)
		f.numbers = []uint64{uint64(b.Service), b.First, b.Tail}
	case wire.KindLookup:
		var b wire.Lookup
		fault = b.Decode(p)
	case wire.KindFound:
		var b wire.Found
		fault = b.Decode(p)
		for i := range b.Len() {
			f.data = wire.AppendServer(f.data, b.At(i))
		}
	default:
		panic(fmt.Sprintf("a packet of %v was opened", p.Kind))
	}
	return fault
}

// encodeFields writes a packet behind dst. It has the numbers of version 2.
func encodeFields(h wire.Header, kind wire.Kind, n []uint64, data, dst []byte) []byte {
	bounds := func(time int) wire.Bounds {
		return wire.Bounds{Start: n[1], First: n[2], Tail: n[3], Committed: n[4], Time: int64(n[time])}
	}
	switch kind {
	case wire.KindInject:
		return (&wire.Inject{Publisher: n[0], Sequence: n[1], Payload: data}).Append(dst, h)
	case wire.KindInjected:
		return (&wire.Injected{Publisher: n[0], Last: n[1], Tail: n[2], Committed: n[3], Reason: wire.InjectedReason(n[4]), Retry: n[5]}).Append(dst, h)
	case wire.KindStream:
		return (&wire.Stream{Start: n[0], Offset: n[1], Committed: n[2], Time: int64(n[3]), Frames: data}).Append(dst, h)
	case wire.KindRequest:
		return (&wire.Request{Offset: n[0], Length: uint32(n[1])}).Append(dst, h)
	case wire.KindAnswer:
		return (&wire.Answer{Offset: n[0], Bounds: bounds(5), Data: data}).Append(dst, h)
	case wire.KindRefusal:
		return (&wire.Refusal{Offset: n[0], Bounds: bounds(7), Reason: wire.RefusalReason(n[5]), Retry: n[6]}).Append(dst, h)
	case wire.KindStored:
		return (&wire.Stored{Tail: n[0]}).Append(dst, h)
	case wire.KindAdvert:
		return (&wire.Advert{Service: wire.Service(n[0]), First: n[1], Tail: n[2]}).Append(dst, h)
	case wire.KindLookup:
		return (&wire.Lookup{}).Append(dst, h)
	}
	return (&wire.Found{Servers: data}).Append(dst, h)
}

// readFrames reads the frames as both do.
func (p *wirePair) readFrames(t *battle.T) {
	want, left, wrong := oracle.ReadFrames(p.frames)
	whole, fault := wire.WholeFrames(p.frames)
	battle.Equal(t, len(p.frames)-left, whole, "bytes of whole frames")
	battle.Equal(t, wrong, fault.Reason == wire.BadFrame, "whether what follows is no frame")
	if wrong && (fault.Offset < whole || fault.Offset >= len(p.frames)) {
		t.Errorf("the fault is at byte %d, behind %d of whole frames, of %d", fault.Offset, whole, len(p.frames))
	}
	rest := p.frames
	for _, frame := range want {
		got, size, fault := wire.NextFrame(rest)
		battle.Equal(t, wire.None, fault.Reason, "fault")
		battle.Equal(t, frame, oracle.WireFrame{Publisher: got.Publisher, Sequence: got.Sequence, Payload: got.Payload}, "frame")
		battle.Equal(t, got.Size(), size, "size")
		rest = rest[size:]
	}
	if len(want) > 0 {
		t.Label("read some frames")
	}
	if wrong {
		t.Label("read wrong frames")
	}
}

// AddFrame adds a frame to those that are read. It may be of none, or of no number.
type AddFrame struct {
	Publisher uint64
	Sequence  uint64
	Zero      uint8  `draw:"0..6"` // 0: no publisher, 1: no sequence number
	Payload   []byte `draw:"len=0..40"`
}

func (a *AddFrame) Apply(t *battle.T, p *wirePair) {
	if len(p.frames) > 1000 {
		p.frames = nil
	}
	frame := wire.Frame{Publisher: a.Publisher, Sequence: a.Sequence, Payload: a.Payload}
	switch a.Zero {
	case 0:
		frame.Publisher = 0
	case 1:
		frame.Sequence = 0
	}
	p.frames = frame.Append(p.frames)
	p.readFrames(t)
}

// DamageFrames cuts bytes off the frames that are read, and changes one of what is left.
type DamageFrames struct {
	Cut   uint8 `draw:"0..40"`
	Back  uint8 `draw:"0..60"` // from the end
	Value uint8
}

func (d *DamageFrames) Apply(t *battle.T, p *wirePair) {
	p.frames = p.frames[:max(0, len(p.frames)-int(d.Cut))]
	if at := len(p.frames) - 1 - int(d.Back); at >= 0 {
		p.frames[at] = d.Value
	}
	p.readFrames(t)
}
