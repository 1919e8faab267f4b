package wire_test

import (
	"fmt"

	"battle.test/statemachines/wire"
)

func Example() {
	aria := wire.StreamID("aria")
	request := wire.Request{Offset: 313425, Length: 1400}
	packet := request.Append(nil, wire.Header{Version: wire.Latest, Stream: aria, Epoch: 7})

	var p wire.Packet
	fault := p.Open(packet, wire.Latest, aria)
	var got wire.Request
	if fault.Reason == wire.None && p.Kind == wire.KindRequest {
		fault = got.Decode(&p)
	}
	fmt.Println(p.Kind, p.Epoch, got.Offset, got.Length, fault.Reason)

	packet[40] ^= 1 // a bit flips on the way
	fault = p.Open(packet, wire.Latest, aria)
	fmt.Println(fault.Reason)
	// Output:
	// request 7 313425 1400 none
	// bad-checksum
}
