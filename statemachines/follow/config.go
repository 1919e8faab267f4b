package follow

import (
	"cmp"
	"fmt"
	"math"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// Config is what an operator sets. A field that is zero has its default.
type Config struct {
	Stream  string          // the stream's name
	Version uint8           // of packets and of the owner's snapshots, to write and to read; default wire.Latest
	Address machine.Address // the follower's own

	// The last epoch that was granted, as far as whoever starts the machine knows: a snapshot of a later
	// one is of another history, and is refused. 0 is not known. It says nothing of packets: a leader is
	// believed, whatever its epoch.
	EpochMax uint64

	Discovery []machine.Address // whom to ask for servers, in turn
	Servers   []Server          // those that are known without discovery

	AskMax      uint32 // bytes asked for in one request; default 64 KiB
	AskEvery    int64  // ns from a request to the next; default 20 ms
	LookupEvery int64  // ns from a lookup to the next, while something is missing; default 1 s
	QuietMax    int64  // ns without a packet of the stream before it is asked for; default 1 s
}

// A Server is one that can be asked for bytes of the stream.
type Server struct {
	Address machine.Address
	Service wire.Service
}

const (
	millisecond = 1_000_000 // ns
	second      = 1000 * millisecond

	pauseMax   = second // however long a server says to wait
	serversMax = 64     // that discovery can tell
)

func (c Config) withDefaults() (Config, error) {
	c.Version = cmp.Or(c.Version, wire.Latest)
	c.AskMax = cmp.Or(c.AskMax, 64<<10)
	c.AskEvery, c.LookupEvery, c.QuietMax = cmp.Or(c.AskEvery, 20*millisecond), cmp.Or(c.LookupEvery, second), cmp.Or(c.QuietMax, second)
	if c.Version > wire.Latest {
		return c, fmt.Errorf("follow: Version is %d, want at most %d, or 0 for that", c.Version, wire.Latest)
	}
	for _, field := range []struct {
		name string
		ns   int64
	}{{"AskEvery", c.AskEvery}, {"LookupEvery", c.LookupEvery}, {"QuietMax", c.QuietMax}} {
		if field.ns < 0 {
			return c, fmt.Errorf("follow: %s is %d, want at least 1, or 0 for the default", field.name, field.ns)
		}
	}
	return c, nil
}

// plus adds a duration to a time, and stays at the end of the range instead of passing it.
func plus(now, ns int64) int64 {
	if now > math.MaxInt64-ns {
		return math.MaxInt64
	}
	return now + ns
}
