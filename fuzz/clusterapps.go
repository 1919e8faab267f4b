package fuzz

import (
	"encoding/binary"
	"fmt"
	"maps"

	"battle.test/sim"
	"battle.test/statemachines/publisher"
	seq "battle.test/statemachines/sequencer" // fuzz has a sequencer of its own, of the tip
	"battle.test/statemachines/subscriber"
)

// Applications live on the hosts of publishers and subscribers, and keep their state with
// the machines' snapshots: what a publisher's application waits to hear of, and how many
// messages a subscriber's has got.

// appsKept is what applications kept: by host and offset of the snapshot.
type appsKept map[Member]map[uint64][]int

// keep notes what the application keeps with a snapshot that was saved. What it kept with an
// earlier one of the same offset is replaced, as the snapshot is.
func (k appsKept) keep(m Member, offset uint64, what []int) appsKept {
	another := maps.Clone(k)
	if another == nil {
		another = appsKept{}
	}
	of := maps.Clone(another[m])
	if of == nil {
		of = map[uint64][]int{}
	}
	of[offset] = what
	another[m] = of
	return another
}

// payload is the n-th message of all: bytes that no other message has.
func payload(n, length int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(n))
	dice := sim.NewDice(uint64(n))
	for len(b) < length {
		b = append(b, byte(dice.Roll()))
	}
	return b
}

// sawApp judges what passes between a machine and its application, and what becomes of
// both when the host starts.
func (c *cluster) sawApp(m Member, e sim.Event) error {
	switch {
	case e.Kind == sim.Delivered && m.isSubscriber():
		return c.sawMessage(m, e.Data)
	case e.Kind == sim.Delivered && m.isPublisher():
		return c.sawNotice(m, e.Data)
	case e.Kind == sim.Delivered && m.isSequencer():
		role, _ := c.sequencer(m).Role()
		if err := c.operator.hear(m, e.Data, role == seq.Idle || role == seq.Standing); err != nil {
			return err
		}
		return c.sawReport(m, e.Data)
	case e.Kind == sim.Commanded && m.isPublisher():
		c.bus.Publish(m.publisher(), e.Data)
	case e.Kind == sim.Commanded && m.isSubscriber():
		c.sawTaken(m, e.Data)
	case e.Kind == sim.SnapshotTaken:
		if e.Text == "" && m.isPublisher() {
			c.kept = c.kept.keep(m, e.Number, c.bus.Kept(m.publisher()))
		} else if e.Text == "" && m.isSubscriber() {
			c.kept = c.kept.keep(m, e.Number, c.taker(m).keeps())
		}
		return c.sawSnapshot(m, e)
	case e.Kind == sim.SnapshotRefused:
		return c.sawSnapshot(m, e)
	case e.Kind == sim.Restored:
		c.restored = &e.Number
		return c.sawSnapshot(m, e)
	case e.Kind == sim.Started:
		from := c.restored
		c.restored, c.running[m] = nil, c.net.Version(m.id())
		if err := c.sawJournal(m); err != nil {
			return err
		}
		return c.sawStart(m, from)
	}
	return nil
}

func (c *cluster) sawMessage(m Member, data []byte) error {
	d, err := subscriber.ReadDelivery(data)
	if err != nil {
		return err
	}
	if d.Kind == subscriber.CutOff {
		return c.sawCutOff(m, d.Next)
	}
	if err := c.sawGiven(m, c.bus.Delivered[m.String()]); err != nil {
		return err
	}
	if err := c.bus.Deliver(m.String(), d.Frame.Publisher, d.Frame.Sequence, d.Frame.Payload); err != nil {
		return err
	}
	if at := c.bus.Delivered[m.String()]; d.Next != at {
		return fmt.Errorf("the next message is said to begin at byte %d, and begins at %d", d.Next, at)
	}
	return nil
}

func (c *cluster) sawNotice(m Member, data []byte) error {
	n, err := publisher.ReadNotice(data)
	switch {
	case err != nil:
		return err
	case n.Kind == publisher.Refused:
		c.bus.Refuse(m.publisher())
		return nil
	case n.Kind == publisher.Earlier:
		return c.bus.NoticeEarlier(m.publisher(), n.Sequence)
	}
	return c.bus.Notice(m.publisher(), n.Sequence, n.Next)
}

// sawStart judges a machine that was made anew: of the snapshot of an offset, or of none.
func (c *cluster) sawStart(m Member, from *uint64) error {
	switch {
	case m.isPublisher() && from == nil:
		c.bus.Revive(m.publisher(), nil)
	case m.isPublisher():
		c.bus.Revive(m.publisher(), c.kept[m][*from])
	case m.isSubscriber():
		at, kept := uint64(0), []int(nil)
		if from != nil {
			at, kept = *from, c.kept[m][*from]
		}
		c.sawTaker(m, at, kept)
		if got := c.net.Machine(m.id()).(*subscriber.Machine).Offset(); got != at {
			return fmt.Errorf("it goes on from byte %d, want %d", got, at)
		}
		c.bus.Restore(m.String(), at)
	}
	return nil
}
