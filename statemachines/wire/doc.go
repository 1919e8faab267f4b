// Package wire is what goes over the network between the machines of the bus: packets, and
// the frames of the stream. docs/bus.md is the specification; this is one implementation.
//
//	h := wire.Header{Version: wire.Latest, Stream: wire.StreamID("aria"), Epoch: 7}
//	packet = (&wire.Request{Offset: 315567, Length: 1400}).Append(packet[:0], h)
//
//	var p wire.Packet
//	fault := p.Open(packet, wire.Latest, wire.StreamID("aria"))
//	if fault.Reason != wire.None {
//		refused[fault.Reason]++
//		return
//	}
//	switch p.Kind {
//	case wire.KindRequest:
//		var request wire.Request
//		fault = request.Decode(&p)
//		…
//
// Each kind of packet is a struct with Append, which writes it behind what a buffer holds
// already, and Decode, which reads it. Neither allocates, if the buffer is large enough. The
// bytes in a decoded struct are the packet's own.
//
// # Versions
//
// A host writes the version that its header says, and reads as the version that it gives to
// [Packet.Open]: both are parameters, so that hosts of any versions can run in one process. Version
// 2 added the stream time. A reader of version 1 does not see it; in a packet without it, it
// is 0.
//
// # What it checks
//
// Open and Decode check the form of a packet, in the order of docs/bus.md, and that no byte
// lies past the last offset. What a packet says may be a lie all the same: it is for the
// machines to believe it or not. Frames are checked when they are read, by [NextFrame].
package wire
