package discovery_test

import (
	"fmt"

	"battle.test/statemachines/discovery"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// A tip advertises itself, and clients of two regions look for servers.
func Example() {
	m, err := discovery.New(discovery.Config{Stream: "aria", Self: machine.At(1, 9)})
	if err != nil {
		panic(err)
	}
	header := wire.Header{Version: wire.Latest, Stream: wire.StreamID("aria"), Epoch: 7}
	advert := wire.Advert{Service: wire.Tip, First: 100, Tail: 200}
	m.Step(0, machine.Input{Kind: machine.Packet, From: machine.At(1, 3), Data: advert.Append(nil, header)}, nil)

	for _, client := range []machine.Address{machine.At(1, 7), machine.At(2, 7)} {
		lookup := (&wire.Lookup{}).Append(nil, header)
		for _, o := range m.Step(0, machine.Input{Kind: machine.Packet, From: client, Data: lookup}, nil) {
			var p wire.Packet
			var found wire.Found
			p.Open(o.Data, wire.Latest, wire.StreamID("aria"))
			found.Decode(&p)
			s := found.At(0)
			fmt.Println(o.To, "is told of the", s.Service, "at", machine.Address(s.Address), "hinted:", s.Hinted, s.First, s.Tail)
		}
	}
	// Output:
	// r1h7 is told of the tip at r1h3 hinted: true 100 200
	// r2h7 is told of the tip at r1h3 hinted: false 0 0
}
