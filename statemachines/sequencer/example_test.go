package sequencer_test

import (
	"fmt"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/sequencer"
	"battle.test/statemachines/wire"
)

// A sequencer is granted its first epoch, orders a message, and accepts it when the disk has it.
func Example() {
	m, err := sequencer.New(sequencer.Config{Stream: "aria", Self: machine.At(1, 1)})
	if err != nil {
		panic(err)
	}
	step := func(in machine.Input) {
		for _, o := range m.Step(0, in, nil) {
			switch o.Kind {
			case machine.Send:
				var p wire.Packet
				p.Open(o.Data, wire.Latest, wire.StreamID("aria"))
				fmt.Println("  send to", o.To, "a packet of kind", p.Kind)
			case machine.Write:
				fmt.Println("  write", len(o.Data), "bytes")
			case machine.Deliver:
				var r sequencer.Report
				r.Decode(o.Data)
				fmt.Println("  the operator is told:", r.What, "in epoch", r.Epoch)
			}
		}
		_, tail, committed := m.Bounds()
		fmt.Println("stream:", tail, "accepted:", committed)
	}

	grant := sequencer.Grant{Duty: sequencer.LeadAlone, Epoch: 1}
	step(machine.Input{Kind: machine.Command, Data: grant.Append(nil)})
	step(machine.Input{Kind: machine.Synced, Length: m.JournalLength()})

	header := wire.Header{Version: wire.Latest, Stream: wire.StreamID("aria"), Epoch: 1}
	message := wire.Inject{Publisher: 7, Sequence: 1, Payload: []byte("hello")}
	step(machine.Input{Kind: machine.Packet, From: machine.At(1, 9), Data: message.Append(nil, header)})
	step(machine.Input{Kind: machine.Synced, Length: m.JournalLength()})
	// Output:
	//   write 104 bytes
	//   write 48 bytes
	// stream: 0 accepted: 0
	//   the operator is told: leads in epoch 1
	//   send to r1* a packet of kind stream
	// stream: 0 accepted: 0
	//   write 73 bytes
	//   send to r1* a packet of kind stream
	// stream: 25 accepted: 0
	//   send to r1* a packet of kind stream
	// stream: 25 accepted: 25
}
