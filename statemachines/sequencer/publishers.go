package sequencer

import "slices"

// A publisher is one that has a message in the stream.
type publisher struct {
	id      uint64
	settled uint64 // its last sequence number in the part of the stream that nothing can cut off
	last    uint64 // and in all of it
}

// The publishers of the stream, sorted: a copy is one piece of memory.
type publishers []publisher

// find is where a publisher is, or would be.
func (p publishers) find(id uint64) (i int, there bool) {
	low, high := 0, len(p)
	for low < high {
		middle := int(uint(low+high) / 2)
		if p[middle].id < id {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, low < len(p) && p[low].id == id
}

// last is a publisher's last sequence number in the stream, or 0.
func (p publishers) last(id uint64) uint64 {
	if i, there := p.find(id); there {
		return p[i].last
	}
	return 0
}

// take notes a message in the stream.
func (p *publishers) take(id, sequence uint64) {
	i, there := p.find(id)
	if !there {
		*p = slices.Insert(*p, i, publisher{id: id})
	}
	(*p)[i].last = sequence
}

// settle notes that nothing can cut a message off any more.
func (p publishers) settle(id, sequence uint64) {
	i, _ := p.find(id)
	p[i].settled = sequence
}

// rewind goes back to what is settled.
func (p *publishers) rewind() {
	*p = slices.DeleteFunc(*p, func(one publisher) bool { return one.settled == 0 })
	for i := range *p {
		(*p)[i].last = (*p)[i].settled
	}
}
