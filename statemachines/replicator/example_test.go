package replicator_test

import (
	"fmt"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/replicator"
	"battle.test/statemachines/wire"
)

// A replicator of region 2 gets a message from the sequencer in region 1, keeps it and sends it
// on. Then it crashes, and comes back with all that it had. Of the second message neither life knows that it is
// accepted.
func Example() {
	config := replicator.Config{Stream: "aria", Self: machine.At(2, 5), Resend: true}
	m, err := replicator.New(config)
	if err != nil {
		panic(err)
	}
	header := wire.Header{Version: wire.Latest, Stream: wire.StreamID("aria"), Epoch: 1}
	frame := wire.Frame{Publisher: 7, Sequence: 1, Payload: []byte("hello")}
	var disk []byte
	for _, packet := range []wire.Stream{{Frames: frame.Append(nil)}, {Offset: 25, Committed: 25}, {Offset: 25, Committed: 25, Frames: frame.Append(nil)}} {
		in := machine.Input{Kind: machine.Packet, From: machine.At(1, 1), Data: packet.Append(nil, header)}
		for _, o := range m.Step(0, in, nil) {
			switch o.Kind {
			case machine.Send:
				fmt.Println("send to", o.To)
			case machine.Write:
				disk = append(disk, o.Data...)
			}
		}
	}
	fmt.Println(m.Bounds())

	m, err = replicator.Restart(config, nil, disk)
	if err != nil {
		panic(err)
	}
	fmt.Println(m.Bounds())
	// Output:
	// send to r2*
	// send to r2*
	// send to r2*
	// 0 50 25
	// 0 50 25
}
