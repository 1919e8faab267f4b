package publisher

import (
	"encoding/binary"
	"fmt"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

// Service is the service's name in snapshots.
const Service = "publisher"

// The sections of a snapshot, beside follow's. All numbers are little-endian.
const (
	machineSection = "publisher" // in the order of machineWords
	seenSection    = "seen"      // sequence u64, next u64, matched u64; in the order of the stream
	queueSection   = "queue"     // length u32 and payload of each message, oldest first

	machineWords = 10
	seenSize     = 24

	placedFlag, knownFlag, toldFlag = 1, 2, 4

	flagsMax = 7
)

// Sections are the sections that [Restore] knows, for a [snapshot.Expect].
func Sections() []string {
	return []string{follow.Section, machineSection, seenSection, queueSection}
}

// Snapshot is the machine's whole state, but for how careful it is: see [Restore]. Its offset is
// that up to which the stream is accepted.
func (m *Machine) Snapshot(writer string) *snapshot.Snapshot {
	le := binary.LittleEndian
	s := m.follower.Snapshot(Service, writer, m.follower.Committed())
	flags := bitIf(m.birth.placed, placedFlag) | bitIf(m.birth.known, knownFlag) | bitIf(m.birth.told, toldFlag)
	var state, seen, queue []byte
	for _, word := range [machineWords]uint64{
		m.config.Publisher, uint64(m.now), flags, m.birth.from, m.birth.last, m.birth.tail, m.first,
		uint64(m.link.leader), m.link.epoch, uint64(m.link.pause),
	} {
		state = le.AppendUint64(state, word)
	}
	for _, one := range m.seen {
		seen = le.AppendUint64(seen, one.sequence)
		seen = le.AppendUint64(seen, one.next)
		seen = le.AppendUint64(seen, bitIf(one.matched, 1))
	}
	for i := range m.queue.len() {
		queue = le.AppendUint32(queue, uint32(len(m.queue.at(i))))
		queue = append(queue, m.queue.at(i)...)
	}
	s.Sections = append(s.Sections,
		snapshot.PlainSection(machineSection, state),
		snapshot.PlainSection(seenSection, seen),
		snapshot.PlainSection(queueSection, queue))
	return s
}

func bitIf(set bool, bit uint64) uint64 {
	if set {
		return bit
	}
	return 0
}

// Restore makes a machine of a snapshot's state, for another life: it asks the leader what it does not know
// of, sends what waits again, and for a while one at a time. The error is a [follow.StateError], or one of the configuration
// or of unpacking a section.
func Restore(config Config, s *snapshot.Snapshot) (*Machine, error) {
	m, err := New(config)
	if err != nil {
		return nil, err
	}
	if m.follower, err = follow.Restore(config.Follow, s); err != nil {
		return nil, err
	}
	if s.Service != Service {
		return nil, follow.Wrong(machineSection, 0, fmt.Sprintf("service %q", s.Service), fmt.Sprintf("service %q", Service))
	}
	for _, part := range []struct {
		section string
		restore func([]byte) error
	}{{machineSection, m.restoreMachine}, {queueSection, m.restoreQueue}, {seenSection, m.restoreSeen}} {
		b, err := follow.Contents(s, part.section)
		if err == nil {
			err = part.restore(b)
		}
		if err != nil {
			return nil, err
		}
	}
	m.rewind()
	return m, nil
}

func (m *Machine) restoreMachine(b []byte) error {
	if len(b) != 8*machineWords {
		return follow.Wrong(machineSection, 0, fmt.Sprintf("%d bytes", len(b)), 8*machineWords)
	}
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }
	now, pause := int64(word(1)), int64(word(9))
	switch {
	case word(0) != m.config.Publisher:
		return follow.Wrong(machineSection, 0, fmt.Sprintf("publisher %d", word(0)), fmt.Sprintf("publisher %d", m.config.Publisher))
	case now < 0:
		return follow.Wrong(machineSection, 8, now, "a time of 0 or later")
	case word(2) > flagsMax:
		return follow.Wrong(machineSection, 16, word(2), fmt.Sprintf("at most %d", flagsMax))
	case pause < 0:
		return follow.Wrong(machineSection, 72, pause, "a time of 0 or later")
	}
	m.now, m.link.pause = now, pause
	m.birth = birth{
		placed: word(2)&placedFlag != 0, from: word(3), known: word(2)&knownFlag != 0,
		told: word(2)&toldFlag != 0, last: word(4), tail: word(5),
	}
	m.first = word(6)
	if m.birth.known && m.first == 0 {
		return follow.Wrong(machineSection, 48, "number 0", "at least 1")
	}
	m.link.epoch = word(8)
	if leader := word(7); leader < uint64(len(m.config.Sequencers)) { // else they are others now
		m.link.leader = int(leader)
	}
	return nil
}

func (m *Machine) restoreQueue(b []byte) error {
	for at := 0; at < len(b); {
		if len(b)-at < 4 {
			return follow.Wrong(queueSection, at, fmt.Sprintf("%d bytes", len(b)-at), "a length")
		}
		n := binary.LittleEndian.Uint32(b[at:])
		at += 4
		if most := uint32(min(wire.PayloadMax, len(b)-at)); n > most {
			return follow.Wrong(queueSection, at-4, fmt.Sprintf("a message of %d bytes", n), fmt.Sprintf("at most %d", most))
		}
		if !m.birth.placed {
			return follow.Wrong(queueSection, at-4, "a message", "none before the machine is ready")
		}
		m.queue.push(b[at : at+int(n)])
		at += int(n)
	}
	return nil
}

func (m *Machine) restoreSeen(b []byte) error {
	if len(b)%seenSize != 0 {
		return follow.Wrong(seenSection, 0, fmt.Sprintf("%d bytes", len(b)), fmt.Sprintf("a multiple of %d", seenSize))
	}
	last := m.follower.Committed()
	for at := 0; at < len(b); at += seenSize {
		word := func(i int) uint64 { return binary.LittleEndian.Uint64(b[at+8*i:]) }
		s := sighting{sequence: word(0), next: word(1), matched: word(2) == 1}
		switch {
		case s.sequence < m.expected():
			return follow.Wrong(seenSection, at, s.sequence, fmt.Sprintf("at least %d", m.expected()))
		case s.next <= last || s.next > m.follower.Tail():
			return follow.Wrong(seenSection, at+8, s.next, fmt.Sprintf("past %d, up to %d", last, m.follower.Tail()))
		case word(2) > 1 || s.matched && m.matched == m.queue.len():
			return follow.Wrong(seenSection, at+16, word(2), "0, or 1 for a message of the queue")
		}
		if s.matched {
			m.matched++
		}
		last = s.next
		m.seen = append(m.seen, s)
	}
	return nil
}
