package sequencer

import (
	"fmt"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/serve"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

// Service is the service's name in snapshots.
const Service = "sequencer"

// The sections of a snapshot. All numbers are little-endian, of 8 bytes.
const (
	machineSection    = "machine"    // see machineState
	publishersSection = "publishers" // each id and settled sequence number, in order of ids
	streamSection     = "stream"     // first, and the bytes from there on
	marksSection      = "marks"      // each length of the journal with the offset that is durable then
	clientsSection    = "clients"    // buckets of those who ask, then those of publishers
)

// Sections are the sections that [Restore] knows, for a [snapshot.Expect].
func Sections() []string {
	return []string{machineSection, publishersSection, streamSection, marksSection, clientsSection, follow.Section}
}

// Snapshot is the whole state. Its offset is that up to which the stream is accepted and on
// the disk, which nothing can cut off: of any journal that the disk may have after a crash,
// it is a part.
func (m *Machine) Snapshot(writer string) *snapshot.Snapshot {
	h := &m.history
	var publishers, marks []byte
	for _, p := range h.publishers {
		if p.settled > 0 {
			publishers = snapshot.AppendWords(publishers, p.id, p.settled)
		}
	}
	for _, one := range m.disk.marks[m.disk.head:] {
		marks = snapshot.AppendWords(marks, one.length, one.tail)
	}
	return &snapshot.Snapshot{
		Meta: snapshot.Meta{
			Stream: m.config.Stream, Epoch: m.epoch, CoreStreamLength: h.settled, StreamTime: m.time,
			Service: Service, Writer: writer, Version: uint16(m.config.Version), Start: m.start,
		},
		Sections: []snapshot.Section{
			snapshot.PlainSection(machineSection, m.machineState()),
			snapshot.PlainSection(publishersSection, publishers),
			snapshot.PlainSection(streamSection, append(snapshot.Words(h.log.First()), h.log.Bytes(h.log.First())...)),
			snapshot.PlainSection(marksSection, marks),
			snapshot.PlainSection(clientsSection, m.injectors.Append(m.server.Buckets().Append(nil, m.now), m.now)),
			snapshot.PlainSection(follow.Section, m.follower.AppendState(nil)),
		},
	}
}

func (m *Machine) machineState() []byte {
	g, d := &m.grant, &m.disk
	return snapshot.Words(
		uint64(m.now), uint64(m.role),
		uint64(g.Duty), uint64(g.Other), g.Epoch, g.After,
		m.duty, m.heard, m.whole, m.fact, snapshot.Flag(m.began), m.start, uint64(m.beat), m.stored, m.told, m.committed,
		d.writer.Base, d.writer.Length, uint64(d.writer.Sum), d.synced, d.tail,
	)
}

// Restore makes a machine of a snapshot, that does what the first would have done. It is for
// whoever goes back to a moment, or moves a machine with its journal as it is; after a crash
// there is [Restart]. Where the configuration has changed since, the new one counts. The error is a
// [snapshot.StateError], or one of the configuration.
func Restore(config Config, s *snapshot.Snapshot) (*Machine, error) {
	m, err := New(config)
	if err != nil {
		return nil, err
	}
	if err := s.BelongsTo(m.config.Stream, Service, m.config.Follow.EpochMax); err != nil {
		return nil, err
	}
	m.epoch, m.time = s.Epoch, s.StreamTime
	for _, restore := range []func(*snapshot.Snapshot) error{
		m.restoreMachine, m.restorePublishers, m.restoreStream, m.restoreMarks, m.restoreClients, m.restoreFollower,
	} {
		if err := restore(s); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *Machine) restoreMachine(s *snapshot.Snapshot) error {
	f := s.Fields(machineSection)
	d := &m.disk
	m.now = int64(f.Word())
	if m.now < 0 {
		f.Refuse(-8, m.now, "a time of 0 or later")
	}
	role := f.Word()
	if role >= uint64(roles) {
		f.Refuse(-8, role, fmt.Sprintf("less than %d, a role", roles))
		role = 0
	}
	m.role = Role(role)
	m.grant = Grant{Duty: Duty(f.Word()), Other: machine.Address(f.Word()), Epoch: f.Word(), After: f.Word()}
	var again Grant
	if m.grant != (Grant{}) && !again.Decode(m.grant.Append(nil)) {
		f.Refuse(-32, fmt.Sprintf("%+v", m.grant), "a grant")
	}
	m.duty, m.heard, m.whole, m.fact, m.began = f.Word(), f.Word(), f.Word(), f.Word(), f.Flag()
	m.start, m.beat, m.stored, m.told, m.committed = f.Word(), int64(f.Word()), f.Word(), f.Word(), f.Word()
	d.writer.Base, d.writer.Length, d.writer.Sum = f.Word(), f.Word(), uint32(f.Word())
	d.synced, d.tail = f.Word(), f.Word()
	if d.synced > d.writer.Length {
		f.Refuse(-16, d.synced, fmt.Sprintf("at most %d, the journal's length", d.writer.Length))
	}
	return f.End()
}

func (m *Machine) restorePublishers(s *snapshot.Snapshot) error {
	f := s.Fields(publishersSection)
	all := publishers{}
	for f.Len() > 0 {
		id, settled := f.Word(), f.Word()
		if last := len(all) - 1; last >= 0 && all[last].id >= id || id == 0 || settled == 0 {
			f.Refuse(-16, fmt.Sprintf("publisher %d with %d", id, settled), "publishers from 1 in order, each with at least 1")
		}
		all = append(all, publisher{id, settled, settled})
	}
	m.history.publishers = all
	return f.End()
}

func (m *Machine) restoreStream(s *snapshot.Snapshot) error {
	f := s.Fields(streamSection)
	first := f.Word()
	b := f.Bytes(f.Len())
	if settled := s.CoreStreamLength; first > settled || settled-first > uint64(len(b)) || uint64(len(b)) > ^first {
		f.Refuse(-len(b), fmt.Sprintf("%d bytes from %d", len(b), first), fmt.Sprintf("the stream around %d", settled))
		return f.End()
	}
	h := &m.history
	at := s.CoreStreamLength - first
	h.log, h.settled = serve.NewLog(first), s.CoreStreamLength
	h.log.Append(b[:at])
	if size, fault := wire.WholeFrames(b[at:]); fault.Reason != wire.None || uint64(size) < uint64(len(b))-at || !h.append(b[at:]) {
		f.Refuse(int(at)-len(b), "something else", "whole frames, each the next of its publisher")
	}
	if m.disk.tail > h.tail() || m.role == Leading && m.committed > h.tail() {
		f.Refuse(0, fmt.Sprintf("a stream that ends at %d", h.tail()), fmt.Sprintf("at least %d, as the disk has it", m.disk.tail))
	}
	return f.End()
}

func (m *Machine) restoreMarks(s *snapshot.Snapshot) error {
	f := s.Fields(marksSection)
	for f.Len() > 0 {
		one := mark{f.Word(), f.Word()}
		if one.length > m.disk.writer.Length || one.tail > m.history.tail() {
			f.Refuse(-16, fmt.Sprintf("%d with %d", one.length, one.tail), fmt.Sprintf("at most %d with %d", m.disk.writer.Length, m.history.tail()))
		}
		m.disk.marks = append(m.disk.marks, one)
	}
	return f.End()
}

func (m *Machine) restoreClients(s *snapshot.Snapshot) error {
	f := s.Fields(clientsSection)
	m.server.Buckets().Restore(f)
	m.injectors.Restore(f)
	return f.End()
}

func (m *Machine) restoreFollower(s *snapshot.Snapshot) error {
	var err error
	if m.follower, err = follow.Restore(m.following(), s); err != nil {
		return fmt.Errorf("sequencer: %w", err)
	}
	if tail := m.follower.Tail(); m.role == Standing && (tail > m.history.tail() || tail < m.history.log.First()) {
		return fmt.Errorf("sequencer: section %q: got a follower at %d, want one in [%d, %d]", follow.Section, tail, m.history.log.First(), m.history.tail())
	}
	return nil
}
