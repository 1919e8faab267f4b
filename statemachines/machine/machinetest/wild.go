package machinetest

import (
	"math"

	"pgregory.net/rapid"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// Wild draws an input that may hold anything: packets with right checksums and numbers that
// nobody would write, among them some that are near those given; bytes that are no packet;
// commands and disks that make no sense. A machine must take each without a panic.
func Wild(t *rapid.T, stream uint64, near ...uint64) machine.Input {
	from := machine.At(uint16(rapid.IntRange(1, 2).Draw(t, "region")), uint16(rapid.SampledFrom([]int{1, 2, 3, 0xFFFF}).Draw(t, "host")))
	switch rapid.IntRange(0, 12).Draw(t, "input") {
	case 0:
		return machine.Input{Kind: machine.Synced, Length: wildNumber(t, near)}
	case 1:
		return machine.Input{Kind: machine.Command, Data: rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "command")}
	case 2:
		return machine.Input{Kind: machine.Packet, From: from, Data: rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(t, "bytes")}
	case 3:
		return machine.Input{Kind: machine.InputKind(rapid.Byte().Draw(t, "kind")), From: from}
	}
	return machine.Input{Kind: machine.Packet, From: from, Data: wildPacket(t, stream, near)}
}

func wildNumber(t *rapid.T, near []uint64) uint64 {
	n := rapid.SampledFrom(append([]uint64{0, 1, math.MaxUint64, 1 << 63}, near...)).Draw(t, "number")
	return n + uint64(rapid.Int64Range(-3, 3).Draw(t, "distance"))
}

func wildPacket(t *rapid.T, stream uint64, near []uint64) []byte {
	n := func() uint64 { return wildNumber(t, near) }
	small := func() uint8 { return rapid.Uint8Range(0, 8).Draw(t, "small") }
	data := rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "data")
	if rapid.Bool().Draw(t, "frames") {
		data = nil
		for range rapid.IntRange(0, 3).Draw(t, "how many") {
			f := wire.Frame{Publisher: uint64(small()), Sequence: n(), Payload: make([]byte, small())}
			data = f.Append(data)
		}
	}
	h := wire.Header{Version: rapid.SampledFrom([]uint8{1, 2}).Draw(t, "version"), Stream: stream, Epoch: n()}
	bounds := wire.Bounds{Start: n(), First: n(), Tail: n(), Committed: n(), Time: int64(n())}
	switch wire.Kind(rapid.IntRange(1, 10).Draw(t, "kind")) {
	case wire.KindInject:
		return (&wire.Inject{Publisher: uint64(small()), Sequence: n(), Payload: data}).Append(nil, h)
	case wire.KindInjected:
		return (&wire.Injected{Publisher: n(), Last: n(), Committed: n(), Reason: wire.InjectedReason(small()), Retry: n()}).Append(nil, h)
	case wire.KindStream:
		return (&wire.Stream{Start: bounds.Start, Offset: n(), Committed: bounds.Committed, Time: bounds.Time, Frames: data}).Append(nil, h)
	case wire.KindRequest:
		return (&wire.Request{Offset: n(), Length: uint32(n())}).Append(nil, h)
	case wire.KindAnswer:
		return (&wire.Answer{Offset: n(), Bounds: bounds, Data: data}).Append(nil, h)
	case wire.KindRefusal:
		return (&wire.Refusal{Offset: n(), Bounds: bounds, Reason: wire.RefusalReason(small()), Retry: n()}).Append(nil, h)
	case wire.KindStored:
		return (&wire.Stored{Tail: n()}).Append(nil, h)
	case wire.KindAdvert:
		return (&wire.Advert{Service: wire.Service(small()), First: n(), Tail: n()}).Append(nil, h)
	case wire.KindLookup:
		return (&wire.Lookup{}).Append(nil, h)
	}
	list := wire.AppendServer(nil, wire.Server{Address: uint32(n()), Service: wire.Service(small()), Hinted: true, First: n(), Tail: n()})
	return (&wire.Found{Servers: list}).Append(nil, h)
}
