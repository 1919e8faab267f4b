package publisher

import "battle.test/statemachines/follow"

// A birth is how far a machine has come in learning what its earlier lives sent.
//
// One that began with nothing learns which number is its next. If it sees a message of an earlier life in the stream it knows. Else it takes the leader's
// word for it, when all is accepted that was in the leader's stream then: if the leader fails
// before, the number that it told may be free again, and a message that went out with
// the next one would have to go out with another one, too.
//
// Every machine asks the leader, also one that knows its number: of what was sent behind that it knows
// nothing, and what is under way has no number that is more than InFlightMax above the leader's last. It asks
// with each message until it is careful no more, since an answer may be one to an earlier life.
type birth struct {
	placed bool   // it follows the stream, from an offset up to where that was accepted
	from   uint64 // that offset
	known  bool
	told   bool   // the leader did, and what it told is not accepted yet
	last   uint64 // the number that it told
	tail   uint64 // where its stream ended

	answered bool   // a leader of the present epoch said what it has, in this life
	old      uint64 // the highest number that a packet of an earlier life may have, by its word
}

// place begins to follow the stream at an offset, or goes back to it.
func (b *birth) place(f *follow.Follower, offset uint64) {
	b.placed, b.from = true, offset
	f.Rewind(offset)
}

// careful tells whether packets of an earlier life may be under way that would come in
// the place of ours: no number as high as theirs is accepted yet, by the leader's word, or by what was
// seen in the stream. Either may be late, and say less than there is.
func (m *Machine) careful() bool {
	return m.left > 0 || !m.birth.answered || m.first <= m.birth.old
}

// asking tells whether the leader has not answered.
func (b *birth) asking() bool { return !b.answered }

// ask asks the leader, and at once.
func (m *Machine) ask() { m.birth.answered, m.link.again = false, 0 }

// hear takes the leader's word, of some time, for the last number of ours. After the first word, one
// that is higher than any that we have sent is an earlier life's.
func (m *Machine) hear(last, tail, committed uint64) {
	b := &m.birth
	if !m.careful() || b.answered && last <= m.first {
		return
	}
	anew := !b.answered
	b.answered, b.old = true, max(b.old, later(last, InFlightMax))
	if anew && !b.known {
		m.tell(last, tail, committed)
	}
}

// later is a number so many behind another, or the last there is.
func later(number, by uint64) uint64 { return number + min(by, query-number) }

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
