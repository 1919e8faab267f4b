package serve

import (
	"fmt"
	"strings"

	"battle.test/statemachines/wire"
)

// Counts are how many inputs a machine refused, by reason. They are not part of its state: a
// machine that is restored begins at 0.
type Counts struct {
	Faults     [wire.Reasons]uint64 // packets that are wrong by themselves
	WrongEpoch uint64               // packets of another epoch than they may be
	Unwanted   uint64               // packets that are not for this machine, or not now
	Untrue     uint64               // packets that say what can't be
	Commands   uint64               // commands that make no sense
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
	return strings.TrimPrefix(b.String(), " ")
}
