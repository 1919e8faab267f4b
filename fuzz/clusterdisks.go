package fuzz

import (
	"fmt"

	"battle.test/oracle"
	"battle.test/statemachines/replicator"
	seq "battle.test/statemachines/sequencer" // fuzz has a sequencer of its own, of the tip
)

// What is accepted is on disks, and the simulated disks can be looked at: so a sequencer that only
// says so is found out at once, and not when the other one is dead.

// sawWrite judges what a host writes to its journal.
func (c *cluster) sawWrite(m Member, data []byte) error {
	r, err := oracle.ReadBusRecord(data)
	if err != nil {
		return err
	}
	if err := c.hosts[m].Wrote(data, r); err != nil || !r.Stream {
		return err
	}
	return c.bus.Wrote(r.Epoch, r.Offset, r.Data)
}

// sawCommitted judges what a sequencer says is accepted: if it leads that epoch, it has all of it on
// its disk; and its standby has, once something of the epoch itself is accepted. What came before
// may have been accepted in an older one, that was led alone.
func (c *cluster) sawCommitted(m Member, p oracle.BusPacket) error {
	g := c.operator.granted(p.Epoch)
	if g.leader != m {
		return nil
	}
	if err := c.holds(m, p.Committed); err != nil || g.standby == m || p.Committed <= p.Start {
		return err
	}
	return c.holds(g.standby, p.Committed)
}

// sawReport judges a standby that says it could lead: it has all that came before the epoch.
func (c *cluster) sawReport(m Member, data []byte) error {
	var r seq.Report
	if !r.Decode(data) || r.What != seq.IsWhole {
		return nil
	}
	for _, e := range c.bus.Epochs {
		if e.Number == r.Epoch && e.Begun {
			return c.holds(m, e.Start)
		}
	}
	return fmt.Errorf("it is whole in epoch %d, which has not begun", r.Epoch)
}

// holds judges that a host's disk has the stream up to an offset.
func (c *cluster) holds(m Member, to uint64) error {
	_, durable := c.net.Journal(m.id())
	if err := c.hosts[m].Hold(durable, to, &c.bus.Accepted); err != nil {
		return fmt.Errorf("the disk of %s: %w", m, err)
	}
	return nil
}

// sawJournal judges what a host that starts goes on from: of its journal; a replicator, of all that is
// there of the stream, of which it says no more to be accepted than is; and another server, of nothing past that.
func (c *cluster) sawJournal(m Member) error {
	journal, _ := c.net.Journal(m.id())
	if err := c.hosts[m].Start(journal); err != nil {
		return err
	}
	if c.net.Version(m.id()) == 1 && len(c.bus.Messages) > 0 {
		c.labels |= 1 << sawDowngrade
	}
	if m.isSequencer() || m.isSubscriber() {
		return nil
	}
	_, tail := c.bounds(m)
	c.began[m] = tail
	settled := tail
	if rep, ok := c.net.Machine(m.id()).(*replicator.Machine); ok {
		if kept := c.hosts[m].Tail(); tail != kept {
			return fmt.Errorf("it goes on from byte %d of the stream, and its journal has %d", tail, kept)
		}
		_, _, settled = rep.Bounds()
	}
	if accepted := c.bus.Accepted.Len(); settled > accepted {
		return fmt.Errorf("it goes on from byte %d of the stream as accepted, and %d are", settled, accepted)
	}
	return nil
}
