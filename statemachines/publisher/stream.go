package publisher

import (
	"bytes"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// A sighting is a frame of ours in the stream.
type sighting struct {
	sequence uint64
	next     uint64 // offset where it ends
	matched  bool   // it is a message of the queue
	early    bool   // it was seen before it was accepted
}

// read looks for frames of ours.
func (m *Machine) read(news follow.News) {
	if news.Truncated {
		m.forget(news.Offset)
	}
	if news.Epoch {
		if m.careful() { // it was the old leader's word
			m.birth.told = false
			m.ask()
		}
		m.rewind()
	}
	next := news.Offset
	for frames := news.Frames; len(frames) > 0; {
		frame, size, _ := wire.NextFrame(frames)
		frames, next = frames[size:], next+uint64(size)
		if frame.Publisher == m.config.Publisher {
			m.see(frame, next)
		}
	}
}

// forget drops sightings in a dead history.
func (m *Machine) forget(offset uint64) {
	for n := len(m.seen); n > 0 && m.seen[n-1].next > offset; n = len(m.seen) {
		if m.seen[n-1].matched {
			m.matched--
		}
		m.seen = m.seen[:n-1]
	}
}

// see notes a frame of ours. It is the first message of the queue that is not seen yet, if it
// has its payload. A frame whose number has been there is not of an honest stream.
func (m *Machine) see(frame wire.Frame, next uint64) {
	if frame.Sequence < m.expected() || frame.Sequence == query {
		m.follower.Counts().Untrue++
		return
	}
	m.last = max(m.last, frame.Sequence)
	s := sighting{sequence: frame.Sequence, next: next, early: next > m.follower.Known()}
	s.matched = m.matched < m.queue.len() && bytes.Equal(frame.Payload, m.queue.at(m.matched))
	if s.matched {
		m.matched++
		m.link.sent = max(m.link.sent, m.matched)
		m.link.progress(m.now, m.config.ResendEvery)
	}
	m.seen = append(m.seen, s)
}

// expected is the next number in the stream, as far as we have read it. Any may be the first.
func (m *Machine) expected() uint64 {
	if n := len(m.seen); n > 0 {
		return m.seen[n-1].sequence + 1
	}
	if !m.birth.known {
		return 1
	}
	return m.first
}

// settle tells the application what is accepted.
func (m *Machine) settle(out []machine.Output) []machine.Output {
	done := 0
	committed := m.follower.Committed()
	for _, s := range m.seen {
		if s.next > committed {
			break
		}
		done++
		careful := m.careful()
		m.birth.known, m.birth.told = true, false
		m.first = s.sequence + 1
		if !s.matched {
			m.strange(careful)
			out = m.notify(Notice{Kind: Earlier, Sequence: s.sequence, Next: s.next}, out)
			continue
		}
		m.queue.pop()
		m.matched--
		m.link.sent--
		if m.left > 0 && s.early && s.sequence >= m.last {
			m.left--
		}
		out = m.notify(Notice{Kind: Accepted, Sequence: s.sequence, Next: s.next}, out)
	}
	m.seen = m.seen[:copy(m.seen, m.seen[done:])]
	return out
}

// strange notes that a number has gone to a message that is not of this life. What was sent
// with it, or behind it, gets another.
func (m *Machine) strange(careful bool) {
	if !careful {
		m.conflicts++ // earlier lives can't: there is another machine of our number
		m.left = InFlightMax
		m.ask()
	}
	m.rewind()
}
