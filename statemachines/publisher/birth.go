package publisher

import "battle.test/statemachines/follow"

// A birth is how far a machine that began with nothing has come in learning which number is its
// next. If it sees a message of an earlier life in the stream it knows. Else it takes the leader's
// word for it, when all is accepted that was in the leader's stream then: if the leader fails
// before, the number that it told may be free again, and a message that went out with
// the next one would have to go out with another one, too.
type birth struct {
	placed bool   // it follows the stream, from an offset up to where that was accepted
	from   uint64 // that offset
	known  bool
	told   bool   // the leader did, and what it told is not accepted yet
	last   uint64 // the number that it told
	tail   uint64 // where its stream ended
}

// place begins to follow the stream at an offset, or goes back to it.
func (b *birth) place(f *follow.Follower, offset uint64) {
	b.placed, b.from = true, offset
	f.Rewind(offset)
}

// asking tells whether nobody has told.
func (b *birth) asking() bool { return !b.known && !b.told }

// tell takes the leader's word, of some time: which messages the stream had by then, of which
// an accepted part ended at an offset.
func (m *Machine) tell(last, tail, committed uint64) {
	b := &m.birth
	b.told, b.last, b.tail = true, last, tail
	if !b.placed || committed < b.from {
		b.place(&m.follower, committed)
		m.seen, m.matched = m.seen[:0], 0
		m.rewind()
	}
}

// grow takes how far the stream has come. A message of ours would have been seen.
func (m *Machine) grow() {
	if b := &m.birth; b.told && m.follower.Committed() >= b.tail {
		b.told, b.known, m.first = false, true, b.last+1
	}
}
