package serve

import (
	"fmt"
	"strings"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/wire"
)

// Counts are how many inputs a machine refused, by reason, be it a follower or not. They are
// not part of its state: a machine that is restored begins at 0.
type Counts struct {
	follow.Counts
	Commands uint64 // commands that make no sense

	Requests [wire.RefusalReasons]uint64  // of clients, that were refused, by reason; 0 of them for None
	Messages [wire.InjectedReasons]uint64 // of publishers, that were not put into the stream, by reason; Taken are those that are there
}

// Add adds what a follower did not take.
func (c *Counts) Add(f *follow.Counts) {
	for reason, n := range f.Faults {
		c.Faults[reason] += n
	}
	c.WrongEpoch += f.WrongEpoch
	c.Unwanted += f.Unwanted
	c.Untrue += f.Untrue
}

// String lists what isn't 0, as in "bad-checksum=2 wrong-epoch=1".
func (c Counts) String() string {
	var b strings.Builder
	add := func(name string, n uint64) {
		if n > 0 {
			fmt.Fprintf(&b, " %s=%d", name, n)
		}
	}
	for reason, n := range c.Faults {
		add(wire.Reason(reason).String(), n)
	}
	add("wrong-epoch", c.WrongEpoch)
	add("unwanted", c.Unwanted)
	add("untrue", c.Untrue)
	add("commands", c.Commands)
	for reason, n := range c.Requests {
		add("request-"+wire.RefusalReason(reason).String(), n)
	}
	for reason, n := range c.Messages {
		add("message-"+wire.InjectedReason(reason).String(), n)
	}
	return strings.TrimPrefix(b.String(), " ")
}
