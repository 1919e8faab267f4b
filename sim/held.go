package sim

import "slices"

// A HeldPacket is one that a rule holds.
type HeldPacket struct {
	From, To ID
	Number   uint64 // of the packet, as in the log
	Data     []byte // the network's
}

type heldPacket struct {
	number   uint64
	slot     int32
	from, to uint16
}

// Held are the packets that are held, oldest first.
func (n *Network) Held() []HeldPacket {
	all := make([]HeldPacket, len(n.held))
	for i, h := range n.held {
		all[i] = HeldPacket{ID(h.from), ID(h.to), h.number, n.packets.data(h.slot)}
	}
	return all
}

// Release lets the i-th of the held packets go on, whatever rule holds it.
func (n *Network) Release(i int) {
	h := n.takeHeld(i)
	n.tell(Event{Kind: Released, Host: ID(h.from), Peer: ID(h.to), Number: h.number})
	n.carry(ID(h.from), ID(h.to), h.number, h.slot)
	n.packets.drop(h.slot)
}

// Discard loses the i-th of the held packets.
func (n *Network) Discard(i int) {
	h := n.takeHeld(i)
	n.lost(ID(h.from), ID(h.to), h.number, h.slot, LostByHand)
	n.packets.drop(h.slot)
}

func (n *Network) takeHeld(i int) heldPacket {
	h := n.held[i]
	n.held = slices.Delete(n.held, i, i+1)
	return h
}

// unhold releases what no rule holds any more.
func (n *Network) unhold() {
	for i := 0; i < len(n.held); {
		h := n.held[i]
		if n.effects[n.link(ID(h.from), ID(h.to))].Hold {
			i++
			continue
		}
		n.Release(i)
	}
}
