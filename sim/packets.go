package sim

import "slices"

// packets are the bytes under way: of packets and of commands. A slot that nobody refers
// to any more is used again, so in the long run nothing is allocated.
type packets struct {
	slots []packet
	free  []int32
}

type packet struct {
	data []byte
	refs int32
}

// take puts a copy of data into a slot, without a reference to it yet.
func (p *packets) take(data []byte) int32 {
	if len(p.free) == 0 {
		p.slots = append(p.slots, packet{})
		p.free = append(p.free, int32(len(p.slots)-1))
	}
	slot := p.free[len(p.free)-1]
	p.free = p.free[:len(p.free)-1]
	one := &p.slots[slot]
	one.data = append(one.data[:0], data...)
	return slot
}

func (p *packets) data(slot int32) []byte { return p.slots[slot].data }

func (p *packets) keep(slot int32) { p.slots[slot].refs++ }

// drop takes a reference back.
func (p *packets) drop(slot int32) {
	p.slots[slot].refs--
	p.sweep(slot)
}

// sweep frees a slot if nobody refers to it.
func (p *packets) sweep(slot int32) {
	if p.slots[slot].refs == 0 {
		p.free = append(p.free, slot)
	}
}

// clone copies what is under way into one piece of memory. A slot there that needs more
// takes memory of its own.
func (p *packets) clone() packets {
	size := 0
	for i := range p.slots {
		if p.slots[i].refs > 0 {
			size += len(p.slots[i].data)
		}
	}
	all := make([]byte, 0, size)
	c := packets{slots: make([]packet, len(p.slots)), free: slices.Clone(p.free)}
	for i, one := range p.slots {
		if one.refs > 0 {
			from := len(all)
			all = append(all, one.data...)
			c.slots[i] = packet{all[from:len(all):len(all)], one.refs}
		}
	}
	return c
}
