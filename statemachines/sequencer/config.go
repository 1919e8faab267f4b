package sequencer

import (
	"cmp"
	"fmt"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/serve"
	"battle.test/statemachines/wire"
)

// Config is what an operator sets. A field that is zero has its default.
type Config struct {
	Stream      string            // the stream's name
	Self        machine.Address   // the host's own
	Version     uint8             // of the packets and snapshots that it writes and reads; default wire.Latest
	Replicators []machine.Address // of other regions: the stream is sent to each of them, too

	HeartbeatEvery int64  // ns without a packet of the stream; default 10 ms
	UncommittedMax uint64 // bytes of the stream that are not accepted yet; default 4 MiB
	RetainMin      uint64 // bytes of the stream that are kept in memory for those who miss some; default 64 MiB
	RetryAfter     int64  // ns that a publisher is told to wait if nothing better is known; default 1 ms

	Publisher     serve.Rate   // what each publisher may send; default 100 MB a second, and 1 MiB at once
	PublishersMax int          // publishers that sent something lately; default 1024
	Requests      serve.Limits // of those who miss some of the stream

	// How it follows the stream when it stands by. The leader is asked first; Stream,
	// Version and Address are those of the sequencer.
	Follow follow.Config
}

const second = 1_000_000_000 // ns

func (c Config) withDefaults() (Config, error) {
	c.Version = cmp.Or(c.Version, wire.Latest)
	c.HeartbeatEvery = cmp.Or(c.HeartbeatEvery, second/100)
	c.UncommittedMax = cmp.Or(c.UncommittedMax, 4<<20)
	c.RetainMin = cmp.Or(c.RetainMin, 64<<20)
	c.RetryAfter = cmp.Or(c.RetryAfter, second/1000)
	c.Publisher.PerSecond = cmp.Or(c.Publisher.PerSecond, 100_000_000)
	c.Publisher.Burst = cmp.Or(c.Publisher.Burst, 1<<20)
	c.PublishersMax = cmp.Or(c.PublishersMax, 1024)
	c.Follow.Stream, c.Follow.Version, c.Follow.Address = c.Stream, c.Version, c.Self
	for _, field := range []struct {
		name string
		n    int64
	}{
		{"HeartbeatEvery", c.HeartbeatEvery}, {"RetryAfter", c.RetryAfter}, {"PublishersMax", int64(c.PublishersMax)},
	} {
		if field.n < 0 {
			return c, fmt.Errorf("sequencer: %s is %d, want at least 1, or 0 for the default", field.name, field.n)
		}
	}
	switch {
	case c.Self.IsEverybody():
		return c, fmt.Errorf("sequencer: Self is %s, want the address of a host", c.Self)
	case c.Version > wire.Latest:
		return c, fmt.Errorf("sequencer: Version is %d, want at most %d, or 0 for that", c.Version, wire.Latest)
	case c.UncommittedMax < wire.FrameMax:
		return c, fmt.Errorf("sequencer: UncommittedMax is %d, want at least %d, the longest frame, or 0 for the default", c.UncommittedMax, wire.FrameMax)
	}
	return c, c.Publisher.Check()
}
