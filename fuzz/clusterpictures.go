package fuzz

import (
	"encoding/binary"
	"fmt"
	"math"

	"battle.test/battle"
	"battle.test/sim"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/publisher"
	seq "battle.test/statemachines/sequencer" // fuzz has a sequencer of its own, of the tip
	"battle.test/statemachines/subscriber"
	"battle.test/statemachines/wire"
)

// A cluster shows its runs by the log of its network: see battle.Pictured.

const (
	clusterLogMax   = 1 << 18 // events of a run that are there to be shown
	clusterLinesMax = 60      // of the timeline, faults and updates not counted
	clusterRowsMax  = 30      // of the diagram, likewise
)

// Record begins anew, with a log.
func (c *cluster) Record() {
	*c = *clusterWithLog(clusterLogMax)
	c.watch()
}

// Update notes an update in the log.
func (c *cluster) Update(number int, text string) { c.net.Note(fmt.Sprintf("%d  %s", number, text)) }

// Pictures are the log as text, as a space-time diagram and as packets.
func (c *cluster) Pictures(failure *battle.Failure) []battle.Picture {
	if failure != nil && c.wrong == nil { // else the log has it, where it was seen
		c.net.Fail(-1, failure.Message)
	}
	whole := c.net.Log()
	timeline, diagram := whole.Excerpt(clusterLinesMax), whole.Excerpt(clusterRowsMax)
	return []battle.Picture{
		{Kind: battle.Timeline, Write: timeline.WriteTimeline},
		{Kind: battle.TimelineJSON, Write: whole.WriteJSON},
		{Kind: battle.SVG, Write: diagram.WriteDiagram},
		{Kind: battle.Pcap, Write: whole.WritePcap},
	}
}

// isRoutine tells what goes on all the time, and what disks do.
func isRoutine(e sim.Event) bool {
	switch e.Kind {
	case sim.Wrote, sim.Synced:
		return true
	case sim.Sent:
	default:
		return false
	}
	var p wire.Packet
	if fault := p.Open(e.Data, wire.Latest, wire.StreamID(clusterStream)); fault.Reason != wire.None {
		return false
	}
	switch p.Kind {
	case wire.KindAdvert, wire.KindLookup, wire.KindFound, wire.KindStored:
		return true
	case wire.KindStream:
		var one wire.Stream
		return one.Decode(&p).Reason == wire.None && len(one.Frames) == 0
	}
	return false
}

// describeCluster says what is in a packet, in what an application does and in what it gets.
func describeCluster(e sim.Event) string {
	switch e.Kind {
	case sim.Sent, sim.Received, sim.Lost, sim.Corrupted:
		return describePacket(e.Data)
	case sim.Delivered, sim.Commanded:
		if text := describeApp(Member(e.Host), e); text != "" {
			return text
		}
	}
	return fmt.Sprintf("%d bytes", len(e.Data))
}

// describeApp says what passes between a machine and its application or operator, if it can
// be read.
func describeApp(m Member, e sim.Event) string {
	switch {
	case e.Kind == sim.Commanded && m.isSequencer():
		var g seq.Grant
		if g.Decode(e.Data) {
			return fmt.Sprintf("%s in epoch %d, the other one is %s", g.Duty, g.Epoch, memberAt(g.Other))
		}
	case e.Kind == sim.Commanded && m.isPublisher():
		return fmt.Sprintf("publish message %d of all, %d bytes", binary.LittleEndian.Uint64(e.Data), len(e.Data))
	case e.Kind == sim.Commanded && m.isSubscriber():
		return fmt.Sprintf("all up to byte %d is taken", binary.LittleEndian.Uint64(e.Data))
	case e.Kind == sim.Commanded && m == Asker:
		return "send " + describePacket(e.Data[4:])
	case m.isSequencer():
		var r seq.Report
		if r.Decode(e.Data) {
			return fmt.Sprintf("%s, epoch %d, offset %d, whole up to epoch %d", r.What, r.Epoch, r.Offset, r.Whole)
		}
	case m.isSubscriber():
		switch d, err := subscriber.ReadDelivery(e.Data); {
		case err == nil && d.Kind == subscriber.Message:
			return fmt.Sprintf("message %d of %s, which ends at byte %d", d.Frame.Sequence, publisherNamed(d.Frame.Publisher), d.Next)
		case err == nil:
			return fmt.Sprintf("%s at byte %d", d.Kind, d.Next)
		}
	case m.isPublisher():
		switch n, err := publisher.ReadNotice(e.Data); {
		case err == nil && n.Kind == publisher.Refused:
			return fmt.Sprintf("the message is refused: %s", n.Reason)
		case err == nil:
			return fmt.Sprintf("message %d is %s, and ends at byte %d", n.Sequence, n.Kind, n.Next)
		}
	}
	return ""
}

// memberAt is the name of the host with an address.
func memberAt(a machine.Address) string {
	for m := range members {
		if m.address() == a {
			return m.String()
		}
	}
	return "nobody"
}

// publisherNamed is the name of the host with a publisher's number.
func publisherNamed(number uint64) string {
	for m := range members {
		if m.isPublisher() && m.publisher() == number {
			return m.String()
		}
	}
	return fmt.Sprintf("publisher %d", number)
}

// describePacket says what is in a packet.
func describePacket(data []byte) string {
	var p wire.Packet
	if fault := p.Open(data, wire.Latest, wire.StreamID(clusterStream)); fault.Reason != wire.None {
		return fmt.Sprintf("%d bytes: %s", len(data), fault.Error())
	}
	said := fmt.Sprintf("%s, epoch %d", p.Kind, p.Epoch)
	switch p.Kind {
	case wire.KindInject:
		var one wire.Inject
		one.Decode(&p)
		if one.Sequence == math.MaxUint64 {
			return said + fmt.Sprintf(", which is the last message of %s?", publisherNamed(one.Publisher))
		}
		return said + fmt.Sprintf(", message %d of %s, %s", one.Sequence, publisherNamed(one.Publisher), someBytes(one.Payload))
	case wire.KindInjected:
		var one wire.Injected
		one.Decode(&p)
		return said + fmt.Sprintf(", %s: the last of %s is message %d; tail %d, committed %d", one.Reason, publisherNamed(one.Publisher), one.Last, one.Tail, one.Committed)
	case wire.KindStream:
		var one wire.Stream
		one.Decode(&p)
		if len(one.Frames) == 0 {
			return fmt.Sprintf("heartbeat, epoch %d, tail %d, committed %d", p.Epoch, one.Offset, one.Committed)
		}
		return said + fmt.Sprintf(", bytes %d to %d, committed %d", one.Offset, one.Offset+uint64(len(one.Frames)), one.Committed)
	case wire.KindRequest:
		var one wire.Request
		one.Decode(&p)
		return said + fmt.Sprintf(", from %d on %d bytes at most", one.Offset, one.Length)
	case wire.KindAnswer:
		var one wire.Answer
		one.Decode(&p)
		return said + fmt.Sprintf(", from %d on %s; it has %d to %d", one.Offset, someBytes(one.Data), one.First, one.Tail)
	case wire.KindRefusal:
		var one wire.Refusal
		one.Decode(&p)
		return said + fmt.Sprintf(", %s: from %d on; it has %d to %d", one.Reason, one.Offset, one.First, one.Tail)
	case wire.KindStored:
		var one wire.Stored
		one.Decode(&p)
		return said + fmt.Sprintf(", up to %d", one.Tail)
	}
	return said
}

// bytesShown is how many bytes a line shows.
const bytesShown = 4

func someBytes(data []byte) string {
	switch {
	case len(data) == 0:
		return "no bytes"
	case len(data) == 1:
		return fmt.Sprintf("1 byte %02x", data[0])
	case len(data) <= bytesShown:
		return fmt.Sprintf("%d bytes % x", len(data), data)
	}
	return fmt.Sprintf("%d bytes % x…", len(data), data[:bytesShown])
}
