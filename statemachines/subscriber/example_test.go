package subscriber_test

import (
	"fmt"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/subscriber"
	"battle.test/statemachines/wire"
)

func Example() {
	m, err := subscriber.New(subscriber.Config{Follow: follow.Config{Stream: "aria"}}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	hello := wire.Frame{Publisher: 5, Sequence: 1, Payload: []byte("hello")}
	header := wire.Header{Version: wire.Latest, Stream: wire.StreamID("aria"), Epoch: 1}
	packets := [][]byte{
		(&wire.Stream{Frames: hello.Append(nil)}).Append(nil, header), // not accepted yet
		(&wire.Stream{Offset: 25, Committed: 25}).Append(nil, header), // a heartbeat: it is
	}
	var out []machine.Output
	for now, packet := range packets {
		in := machine.Input{Kind: machine.Packet, From: machine.At(1, 1), Data: packet}
		for _, o := range m.Step(int64(now), in, out[:0]) {
			d, err := subscriber.ReadDelivery(o.Data)
			fmt.Println(now, d.Kind, string(d.Frame.Payload), d.Next, err)
		}
	}
	// Output:
	// 1 message hello 25 <nil>
}
