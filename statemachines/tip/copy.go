package tip

import (
	"fmt"
	"maps"
	"slices"

	"battle.test/ringbuf"
)

// clone is a copy of the machine that shares its ring. Whichever of the two writes to that
// next must take a ring of its own first: see ownRing. Until then both are for one goroutine.
func (m *Machine) clone() *Machine {
	m.reader = nil // what it has pinned is in nobody's way: the ring is written to no more
	c := *m
	c.queue = slices.Clone(m.queue)
	c.table.slots, c.table.clients, c.table.unused = maps.Clone(m.table.slots), slices.Clone(m.table.clients), slices.Clone(m.table.unused)
	c.answer = nil
	return &c
}

// read copies what the ring has from an offset on. Where the ring is a copy's, too, no reader
// stays with it: what one of the two has read would change the way that the other reads, and an
// explorer compares that before it trusts a copy.
func (m *Machine) read(p []byte, offset uint64) ringbuf.Answer {
	if m.reader != nil {
		return m.reader.Copy(p, offset)
	}
	return readOnce(m.ring, p, offset)
}

// readOnce is read by a reader that is made for it.
func readOnce(ring *ringbuf.Ring, p []byte, offset uint64) ringbuf.Answer {
	reader := ring.NewReader()
	defer reader.Close()
	return reader.Copy(p, offset)
}

// ownRing takes a ring of its own, with the same bytes.
func (m *Machine) ownRing() { m.cut(m.ring.Bounds().Tail) }

// cut takes off what the ring has from an offset on. A ring can't give anything back to
// its readers, so this is a new one; if the offset lies below the old one's first, it is
// empty there.
func (m *Machine) cut(offset uint64) {
	old, b := m.ring, m.ring.Bounds()
	if offset <= b.First || offset > b.Tail {
		m.start(offset)
		return
	}
	m.start(b.First)
	var part [4096]byte
	for at := b.First; at < offset; {
		got := readOnce(old, part[:min(uint64(len(part)), offset-at)], at)
		err := got.Err(at)
		if err == nil {
			err = m.ring.Append(part[:got.N])
		}
		if err != nil {
			panic(fmt.Sprintf("tip: copying our own ring %v at %d: %v", b, at, err))
		}
		at += uint64(got.N)
	}
}

// enter goes on to an epoch, with what the ring has below an offset: whoever follows the
// stream knows that the rest is of a dead history.
func (m *Machine) enter(epoch, tail uint64) {
	if tail != m.ring.Bounds().Tail {
		m.cut(tail)
	}
	m.epoch, m.hole = epoch, hole{}
}
