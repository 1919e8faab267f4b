package sequencer

import (
	"errors"
	"fmt"

	"battle.test/statemachines/journal"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

// Restart makes a machine after a crash: of the journal as the disk has it, and of the latest
// snapshot, or nil. The snapshot only saves reading the stream from its beginning; what counts is
// the journal. It leads no more: a sequencer's epoch ends with it, since what it had sent and not
// yet written is lost, and it would put something else in its place. A standby goes on
// standing by.
//
// The host cuts the journal to JournalLength before anything is written to it. The error is of the
// snapshot, of the configuration, or a [journal.Damage] of a file that is not this journal; or
// it says that the disk lost what it had made durable.
func Restart(config Config, s *snapshot.Snapshot, disk []byte) (*Machine, error) {
	m, err := New(config)
	if err != nil {
		return nil, err
	}
	durable := uint64(0)
	if s != nil {
		kept, err := Restore(config, s)
		if err != nil {
			return nil, err
		}
		m.heard, m.whole, m.committed, m.time = kept.heard, kept.whole, kept.committed, kept.time
		m.history.publishers, m.history.settled = kept.history.publishers, kept.history.settled
		m.history.publishers.rewind()
		durable = kept.disk.synced
	}
	if err := m.replay(disk, durable); err != nil {
		return nil, err
	}
	m.began = true
	if m.grant.Duty == StandBy && m.grant.Epoch >= m.heard {
		m.role = Standing
	}
	m.refollow()
	return m, nil
}

// replay reads the journal. The publishers are those of what is settled already.
func (m *Machine) replay(disk []byte, durable uint64) error {
	s := journal.Scan(m.stream, disk)
	settled, accepted := m.history.settled, uint64(0)
	for s.Next() {
		if base := s.Writer().Base; base != 0 {
			return fmt.Errorf("sequencer: got a journal that begins at offset %d, want 0", base)
		}
		switch r := s.Record(); r.Kind {
		case journal.Stream:
			m.history.log.Cut(r.Offset)
			m.history.log.Append(r.Data)
			m.epoch, m.start = r.Epoch, r.Start
			accepted = r.Committed
		case grantFact:
			if !m.grant.Decode(r.Data) {
				return fmt.Errorf("sequencer: journal: got % x as a grant in the record that ends at byte %d", r.Data, s.Writer().Length)
			}
			m.heard = max(m.heard, m.grant.Epoch)
			if m.grant.Duty != StandBy {
				m.whole = max(m.whole, m.grant.Epoch)
			}
		case heardFact:
			m.heard = max(m.heard, r.Epoch)
		case wholeFact:
			m.whole = max(m.whole, r.Epoch)
		}
	}
	damage := s.Damage()
	if damage != nil && (errors.Is(damage, journal.OtherStream) || errors.Is(damage, journal.BadVersion)) {
		return damage
	}
	m.disk.writer = s.Writer()
	if m.disk.writer.Length < durable || m.history.tail() < settled {
		return fmt.Errorf("sequencer: the disk lost what was durable: the journal is whole up to byte %d and offset %d, want at least byte %d and offset %d (%v)",
			m.disk.writer.Length, m.history.tail(), durable, settled, damage)
	}
	if err := m.number(settled); err != nil {
		return err
	}
	m.history.settle(accepted)
	m.history.forget(m.config.RetainMin)
	m.committed = max(m.committed, m.history.settled)
	return nil
}

// number counts the publishers' messages from an offset on.
func (m *Machine) number(from uint64) error {
	for at := from; at < m.history.tail(); {
		if m.history.tail()-at < wire.FrameHeaderSize {
			return fmt.Errorf("sequencer: journal: got %d bytes at offset %d, want a frame", m.history.tail()-at, at)
		}
		publisher, sequence, size := m.history.frame(at)
		if size > m.history.tail()-at || m.history.publishers.last(publisher)+1 != sequence {
			return fmt.Errorf("sequencer: journal: got message %d of publisher %d, of %d bytes, at offset %d: want its next, and whole", sequence, publisher, size, at)
		}
		m.history.publishers.take(publisher, sequence)
		at += size
	}
	return nil
}

// begin writes a record of having been made anew. When that is durable, so is all before it:
// a journal that a process left behind may have been read from memory that the disk never
// had.
func (m *Machine) begin(out []machine.Output) []machine.Output {
	m.began = false
	out = m.note(beganFact, m.heard, out)
	m.duty = m.disk.writer.Length
	return out
}
