package sim

import "battle.test/statemachines/machine"

// Reason is why a packet was lost.
type Reason uint8

// The reasons.
const (
	LostByChance Reason = iota + 1 // on a link
	LostByCut                      // by a partition
	LostDown                       // its receiver is down
	LostInbox                      // too many inputs wait for its receiver
	LostBacklog                    // more waits for the link than fits
	LostNobody                     // nobody has the address
	LostByHand                     // by Discard
)

// send puts a packet of a host on its way, to one host or to all of a region but itself.
func (n *Network) send(from ID, to machine.Address, data []byte) {
	slot := n.packets.take(data)
	if to.IsEverybody() {
		for id := range n.hosts {
			if ID(id) != from && n.hosts[id].Address.Region() == to.Region() {
				n.transmit(from, ID(id), slot)
			}
		}
	} else if id, there := n.addresses[to]; there {
		n.transmit(from, id, slot)
	} else if n.wants(Lost) {
		n.note(Event{Kind: Lost, Host: from, Peer: -1, Reason: LostNobody, Data: data})
	}
	n.packets.sweep(slot)
}

// transmit sends a packet to one host, unless it is held.
func (n *Network) transmit(from, to ID, slot int32) {
	n.numbers++
	number := n.numbers
	if n.wants(Sent) {
		n.note(Event{Kind: Sent, Host: from, Peer: to, Number: number, Data: n.packets.data(slot)})
	}
	f := &n.effects[n.link(from, to)].Faults
	switch {
	case f.Cut:
		n.lost(from, to, number, slot, LostByCut)
	case f.Hold:
		n.packets.keep(slot)
		n.held = append(n.held, heldPacket{number, slot, uint16(from), uint16(to)})
		if n.wants(Stuck) {
			n.note(Event{Kind: Stuck, Host: from, Peer: to, Number: number})
		}
	default:
		n.carry(from, to, number, slot)
	}
}

// carry takes a packet over its link, with all that happens to it on the way.
func (n *Network) carry(from, to ID, number uint64, slot int32) {
	i := n.link(from, to)
	l, nature := &n.links[i], &n.effects[i]
	if l.loses(&nature.Faults) {
		n.lost(from, to, number, slot, LostByChance)
		return
	}
	depart := n.now
	if bandwidth := lower(nature.Bandwidth, nature.Throttle); bandwidth > 0 {
		depart = max(depart, l.free)
		size := int64(len(n.packets.data(slot)))
		if waiting := (depart - n.now) / Microsecond * bandwidth / million; nature.Backlog > 0 && waiting+size > nature.Backlog {
			n.lost(from, to, number, slot, LostBacklog)
			return
		}
		depart = machine.Later(depart, size*Second/bandwidth)
		l.free = depart
	}
	if l.dice.happens(nature.Corrupt) {
		slot = n.corrupt(l, from, to, number, slot)
	}
	e := event{at: l.arrives(nature, depart), kind: arrival, host: uint16(to), from: uint16(from), packet: slot, number: number}
	n.packets.keep(slot)
	n.queue.push(e)
	if l.dice.happens(nature.Duplicate) {
		if n.wants(Duplicated) {
			n.note(Event{Kind: Duplicated, Host: from, Peer: to, Number: number})
		}
		e.at = l.arrives(nature, depart)
		n.packets.keep(slot)
		n.queue.push(e)
	}
}

// loses tells whether the link loses its next packet. A burst ends with the rule that it is of:
// where nobody says much, the rest of it would be felt long after that.
func (l *link) loses(f *Faults) bool {
	l.lost = min(l.lost, f.Burst)
	if l.lost > 0 {
		l.lost--
		return true
	}
	if !l.dice.happens(f.Loss) {
		return false
	}
	if f.Burst > 0 {
		l.lost = int(l.dice.Below(uint64(f.Burst) + 1))
	}
	return true
}

// arrives is when a packet arrives that departs at a time. No packet overtakes another by its
// luck with the latency alone: what reorders is a fault of its own.
func (l *link) arrives(nature *Link, depart int64) int64 {
	at := machine.Later(depart, nature.Latency.draw(&l.dice)+nature.Delay.draw(&l.dice))
	at = max(at, l.last)
	if l.dice.happens(nature.Reorder) {
		return machine.Later(at, max(1, nature.Late.draw(&l.dice)))
	}
	l.last = at
	return at
}

// corrupt turns a bit over, in a copy: others may be sent the same packet.
func (n *Network) corrupt(l *link, from, to ID, number uint64, slot int32) int32 {
	if len(n.packets.data(slot)) == 0 {
		return slot
	}
	wrong := n.packets.take(n.packets.data(slot))
	data := n.packets.data(wrong)
	bit := l.dice.Below(uint64(len(data)) * 8)
	data[bit/8] ^= 1 << (bit % 8)
	if n.wants(Corrupted) {
		n.note(Event{Kind: Corrupted, Host: from, Peer: to, Number: number, Data: data})
	}
	return wrong
}

// lost notes that a packet is not going to arrive.
func (n *Network) lost(from, to ID, number uint64, slot int32, why Reason) {
	if n.wants(Lost) {
		n.note(Event{Kind: Lost, Host: from, Peer: to, Number: number, Reason: why, Data: n.packets.data(slot)})
	}
}

// lose loses what an event brings.
func (n *Network) lose(e *event, why Reason) {
	if e.kind == arrival {
		n.lost(ID(e.from), ID(e.host), e.number, e.packet, why)
	}
	if e.kind == arrival || e.kind == command {
		n.packets.drop(e.packet)
	}
}
