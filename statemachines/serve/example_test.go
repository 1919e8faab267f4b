package serve_test

import (
	"fmt"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/serve"
	"battle.test/statemachines/wire"
)

// A server that has the stream from offset 100 to 105 is asked for some of it.
func Example() {
	log := serve.NewLog(100)
	log.Append([]byte("hello"))
	server, err := serve.NewServer(serve.Limits{})
	if err != nil {
		panic(err)
	}
	header := wire.Header{Version: wire.Latest, Stream: wire.StreamID("aria"), Epoch: 7}
	bounds := wire.Bounds{First: log.First(), Tail: log.Tail(), Committed: 103}

	for _, r := range []wire.Request{{Offset: 101, Length: 3}, {Offset: 99, Length: 3}} {
		packet := server.Answer(nil, 0, machine.At(1, 7), 7, r, header, bounds, log)
		var p wire.Packet
		p.Open(packet, wire.Latest, wire.StreamID("aria"))
		var answer wire.Answer
		var refusal wire.Refusal
		switch p.Kind {
		case wire.KindAnswer:
			answer.Decode(&p)
			fmt.Printf("%d: %q\n", answer.Offset, answer.Data)
		case wire.KindRefusal:
			refusal.Decode(&p)
			fmt.Printf("%d: %s, it has [%d, %d)\n", refusal.Offset, refusal.Reason, refusal.First, refusal.Tail)
		}
	}
	// Output:
	// 101: "ell"
	// 99: too-old, it has [100, 105)
}
