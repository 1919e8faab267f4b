package tip

import (
	"encoding/binary"
	"fmt"
	"math"

	"battle.test/statemachines/snapshot"
)

// Service is the service's name in snapshots.
const Service = "tip"

// The sections of a snapshot. All numbers are little-endian.
const (
	machineSection  = "machine"  // now i64, hole: reported u64, tail u64, at i64
	clientsSection  = "clients"  // client u64, free i64; in order of clients
	requestsSection = "requests" // client u64, epoch u64, offset u64, length u32, local u32; oldest first
	ringSection     = "ring"     // optional: the bytes from first to tail

	machineSize = 32
	clientSize  = 16
	requestSize = 32
)

// Sections are the sections that [Restore] knows, for a [snapshot.Expect].
func Sections() []string {
	return []string{machineSection, clientsSection, requestsSection, ringSection}
}

// A StateError says why a snapshot is not the state of a tip. Its checksums were right:
// another program wrote it, or another version.
type StateError struct {
	Section string
	Offset  int // in the section
	Got     string
	Want    string
}

func (e *StateError) Error() string {
	return fmt.Sprintf("tip: section %q at byte %d: got %s, want %s", e.Section, e.Offset, e.Got, e.Want)
}

func wrong(section string, offset int, got, want any) error {
	return &StateError{section, offset, fmt.Sprint(got), fmt.Sprint(want)}
}

// Snapshot is the machine's state, with the ring's bytes if ring is set. It shares no
// memory with the machine. Equal states give equal snapshots. It is one of version 1: where its
// epoch began a machine does not know.
func (m *Machine) Snapshot(writer string, ring bool) *snapshot.Snapshot {
	b := m.ring.Bounds()
	s := &snapshot.Snapshot{
		Meta: snapshot.Meta{
			Stream: m.config.Stream, Epoch: m.epoch, CoreStreamLength: b.Tail, StreamTime: m.now,
			Service: Service, Writer: writer, Version: snapshot.Version1,
		},
		Sections: []snapshot.Section{
			snapshot.PlainSection(machineSection, m.machineState()),
			snapshot.PlainSection(clientsSection, m.clientsState()),
			snapshot.PlainSection(requestsSection, m.requestsState()),
		},
	}
	if ring {
		data := make([]byte, b.Tail-b.First)
		if got := readOnce(m.ring, data, b.First); got.N != len(data) {
			panic(fmt.Sprintf("tip: reading [%d, %d) of our own ring: %d bytes and %v", b.First, b.Tail, got.N, got.Err(b.First)))
		}
		section := snapshot.PlainSection(ringSection, data)
		section.Optional = true
		s.Sections = append(s.Sections, section)
	}
	return s
}

func (m *Machine) machineState() []byte {
	var reported uint64
	if m.hole.reported {
		reported = 1
	}
	return words(uint64(m.now), reported, m.hole.tail, uint64(m.hole.at))
}

func (m *Machine) clientsState() []byte {
	var b []byte
	for _, c := range m.table.busy(m.now) {
		b = append(b, words(uint64(c.id), uint64(c.free))...)
	}
	return b
}

func (m *Machine) requestsState() []byte {
	var b []byte
	for _, w := range m.queue {
		var local uint64
		if w.local {
			local = 1
		}
		b = append(b, words(uint64(w.client), w.epoch, w.offset, uint64(w.length)|local<<32)...)
	}
	return b
}

func words(all ...uint64) []byte {
	b := make([]byte, 0, 8*len(all))
	for _, w := range all {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b
}

// Restore makes a machine of a snapshot's state. Where the config has changed since, the
// new one counts: requests are clamped, and of the ring's bytes the last are kept. The
// error is a [StateError], or one of the config or of unpacking a section.
func Restore(config Config, s *snapshot.Snapshot) (*Machine, error) {
	m, err := New(config, s.Epoch, s.CoreStreamLength)
	if err != nil {
		return nil, err
	}
	for _, part := range []struct {
		section string
		size    int // of an entry
		restore func([]byte) error
	}{
		{machineSection, machineSize, m.restoreMachine},
		{clientsSection, clientSize, m.restoreClients},
		{requestsSection, requestSize, m.restoreRequests},
		{ringSection, 1, m.restoreRing},
	} {
		section, there := s.Section(part.section)
		if !there && part.section == ringSection {
			continue
		}
		if !there {
			return nil, wrong(part.section, 0, "no such section", "one")
		}
		b, err := section.Contents()
		if err == nil && len(b)%part.size != 0 {
			err = wrong(part.section, 0, fmt.Sprintf("%d bytes", len(b)), fmt.Sprintf("a multiple of %d", part.size))
		}
		if err == nil {
			err = part.restore(b)
		}
		if err != nil {
			return nil, err
		}
	}
	return m, nil
}

// word is the i-th number of a section.
func word(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }

func (m *Machine) restoreMachine(b []byte) error {
	if len(b) != machineSize {
		return wrong(machineSection, 0, fmt.Sprintf("%d bytes", len(b)), machineSize)
	}
	now, reported, at := int64(word(b, 0)), word(b, 1), int64(word(b, 3))
	switch {
	case now < 0:
		return wrong(machineSection, 0, now, "a time of 0 or later")
	case reported > 1:
		return wrong(machineSection, 8, reported, "0 or 1")
	}
	m.now = now
	m.hole = hole{reported == 1, word(b, 2), at}
	return nil
}

func (m *Machine) restoreClients(b []byte) error {
	for i := 0; i < len(b)/8; i += 2 {
		id := Client(word(b, i))
		if m.table.slot(id) >= 0 {
			return wrong(clientsSection, 8*i, fmt.Sprintf("client %d twice", id), "each once")
		}
		slot := m.table.add(id)
		m.table.clients[slot].free = int64(word(b, i+1))
	}
	return nil
}

func (m *Machine) restoreRequests(b []byte) error {
	for i := 0; i < len(b)/8; i += 4 {
		w := waiting{client: Client(word(b, i)), epoch: word(b, i+1), offset: word(b, i+2)}
		length, local := word(b, i+3)&math.MaxUint32, word(b, i+3)>>32
		w.slot = m.table.slot(w.client)
		switch {
		case w.slot < 0:
			return wrong(requestsSection, 8*i, fmt.Sprintf("client %d", w.client), "one of the clients")
		case length == 0:
			return wrong(requestsSection, 8*i+24, "length 0", "at least 1")
		case local > 1:
			return wrong(requestsSection, 8*i+28, local, "0 or 1")
		}
		w.local = local == 1
		w.length = min(uint32(length), m.limits(w.local).AnswerMax)
		m.table.clients[w.slot].waiting++
		m.queue = append(m.queue, w)
	}
	return nil
}

func (m *Machine) restoreRing(b []byte) error {
	tail := m.ring.Bounds().Tail
	if uint64(len(b)) > tail {
		return wrong(ringSection, 0, fmt.Sprintf("%d bytes", len(b)), fmt.Sprintf("at most %d, the stream's length", tail))
	}
	b = b[max(0, len(b)-m.config.Capacity):]
	m.start(tail - uint64(len(b)))
	return m.ring.Append(b)
}
