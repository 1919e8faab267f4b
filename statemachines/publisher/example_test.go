package publisher_test

import (
	"fmt"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/publisher"
	"battle.test/statemachines/wire"
)

func Example() {
	sequencer := machine.At(1, 1)
	m, err := publisher.New(publisher.Config{
		Publisher: 5, Sequencers: []machine.Address{sequencer}, Follow: follow.Config{Stream: "aria"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	header := wire.Header{Version: wire.Latest, Stream: wire.StreamID("aria"), Epoch: 1}
	hello := wire.Frame{Publisher: 5, Sequence: 1, Payload: []byte("hello")}
	packets := [][]byte{
		(&wire.Stream{}).Append(nil, header),                                        // a heartbeat of the leader
		(&wire.Injected{Publisher: 5, Reason: wire.OutOfOrder}).Append(nil, header), // it has no message of ours
		(&wire.Stream{Frames: hello.Append(nil)}).Append(nil, header),               // now it has
		(&wire.Stream{Offset: 25, Committed: 25}).Append(nil, header),               // and it is accepted
	}
	var out []machine.Output
	for i, packet := range packets {
		out = m.Step(int64(i), machine.Input{Kind: machine.Packet, From: sequencer, Data: packet}, out[:0])
		if i == 1 {
			out = m.Step(int64(i), machine.Input{Kind: machine.Command, Data: []byte("hello")}, out[:0])
			fmt.Println(len(out), "packets to", out[0].To) // the message, and the question which one is the last
		}
	}
	for _, o := range out {
		n, err := publisher.ReadNotice(o.Data)
		fmt.Println(n.Kind, n.Sequence, n.Next, err)
	}
	// Output:
	// 2 packets to r1h1
	// accepted 1 25 <nil>
}
