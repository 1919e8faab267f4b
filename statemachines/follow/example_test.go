package follow_test

import (
	"fmt"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

func Example() {
	tip := follow.Server{Address: machine.At(1, 2), Service: wire.Tip}
	f, err := follow.New(follow.Config{Stream: "aria", Servers: []follow.Server{tip}}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	hello := wire.Frame{Publisher: 5, Sequence: 1, Payload: []byte("hello")}
	world := wire.Frame{Publisher: 5, Sequence: 2, Payload: []byte("world")}
	header := wire.Header{Version: wire.Latest, Stream: wire.StreamID("aria"), Epoch: 1}
	second := wire.Stream{Offset: 25, Committed: 25, Frames: world.Append(nil)}
	both := wire.Answer{Bounds: wire.Bounds{Tail: 50, Committed: 25}, Data: world.Append(hello.Append(nil))}

	// The first packet is lost. The second one tells.
	var p wire.Packet
	if f.Open(&p, second.Append(nil, header)) {
		f.Take(0, machine.At(1, 1), &p)
	}
	for _, o := range f.Ask(0, nil) {
		fmt.Println("to", o.To, "tail", f.Tail())
	}
	if f.Open(&p, both.Append(nil, header)) {
		news := f.Take(0, tip.Address, &p)
		fmt.Println(len(news.Frames), "bytes at", news.Offset, "tail", f.Tail(), "committed", f.Committed())
	}
	// Output:
	// to r1h2 tail 0
	// 50 bytes at 0 tail 50 committed 25
}
