package sim

import (
	"math"

	"battle.test/statemachines/machine"
)

// A clock is a host's: it shows local, went on from since, at a rate that is ppm parts of a
// million too fast.
type clock struct {
	local, since int64
	ppm          int64
}

const million = 1_000_000

// at is what the clock shows.
func (c *clock) at(now int64) int64 {
	passed := now - c.since
	return c.local + passed + passed/million*c.ppm + passed%million*c.ppm/million
}

// when is the first time, not before now, at which the clock shows local or later.
func (c *clock) when(local, now int64) int64 {
	missing := local - c.at(now)
	if missing <= 0 {
		return now
	}
	if c.ppm == 0 {
		return machine.Later(now, missing)
	}
	at := machine.Later(now, missing/(million+c.ppm)*million+missing%(million+c.ppm)*million/(million+c.ppm))
	for c.at(at) < local && at < math.MaxInt64 {
		at++
	}
	return at
}

// JumpClock sets a host's clock forward, or back.
func (n *Network) JumpClock(id ID, by int64) {
	c := &n.hosts[id].clock
	c.local, c.since = c.at(n.now)+by, n.now
	n.tell(Event{Kind: ClockSet, Host: id, Number: uint64(by)})
	n.rearm(id)
}

// ppmMax is how wrong a clock's rate can be: nearly as fast again, or nearly stopped.
const ppmMax = 900_000

// DriftClock makes a host's clock run parts of a million too fast, or too slow. 0 makes it
// run evenly again; it stays as wrong as it has become.
func (n *Network) DriftClock(id ID, ppm int) {
	c := &n.hosts[id].clock
	c.local, c.since, c.ppm = c.at(n.now), n.now, max(-ppmMax, min(int64(ppm), ppmMax))
	n.tell(Event{Kind: ClockSet, Host: id})
	n.rearm(id)
}

// Clock is what a host's clock shows.
func (n *Network) Clock(id ID) int64 { return n.hosts[id].clock.at(n.now) }

// tell notes an event that is rare.
func (n *Network) tell(e Event) {
	if n.wants(e.Kind) {
		n.note(e)
	}
}
