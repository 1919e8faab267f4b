package replicator

import (
	"errors"
	"fmt"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/journal"
	"battle.test/statemachines/serve"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

// Service is the service's name in snapshots.
const Service = "replicator"

// The sections of a snapshot. All numbers are little-endian, of 8 bytes.
const (
	machineSection = "machine" // now, advert; the journal's base, length and checksum; synced, pending
	streamSection  = "stream"  // first, and the bytes from there on
	clientsSection = "clients" // buckets of those who ask
)

// Sections are the sections that [Restore] knows, for a [snapshot.Expect].
func Sections() []string {
	return []string{machineSection, streamSection, clientsSection, follow.Section}
}

// Snapshot is the whole state, with the whole stream. Its offset is that up to which the
// stream is accepted.
func (m *Machine) Snapshot(writer string) *snapshot.Snapshot {
	s := m.follower.Snapshot(Service, writer, m.follower.Committed())
	s.Sections = append(s.Sections,
		snapshot.PlainSection(machineSection, snapshot.Words(uint64(m.now), uint64(m.advert), m.writer.Base, m.writer.Length, uint64(m.writer.Sum), m.synced, m.pending)),
		snapshot.PlainSection(streamSection, append(snapshot.Words(m.log.First()), m.log.Bytes(m.log.First())...)),
		snapshot.PlainSection(clientsSection, m.server.Buckets().Append(nil, m.now)))
	return s
}

// Restore makes a machine of a snapshot, that does what the first would have done. It is for
// whoever goes back to a moment; after a crash there is [Restart].
func Restore(config Config, s *snapshot.Snapshot) (*Machine, error) {
	m, err := New(config)
	if err != nil {
		return nil, err
	}
	if err := s.BelongsTo(m.config.Stream, Service, m.config.Follow.EpochMax); err != nil {
		return nil, err
	}
	if m.follower, err = follow.Restore(m.config.Follow, s); err != nil {
		return nil, fmt.Errorf("replicator: %w", err)
	}
	f := s.Fields(machineSection)
	m.now, m.advert = int64(f.Word()), int64(f.Word())
	if m.now < 0 {
		f.Refuse(-16, m.now, "a time of 0 or later")
	}
	m.writer.Base, m.writer.Length, m.writer.Sum, m.synced, m.pending = f.Word(), f.Word(), uint32(f.Word()), f.Word(), f.Word()
	if m.synced > m.writer.Length {
		f.Refuse(-16, m.synced, fmt.Sprintf("at most %d, the journal's length", m.writer.Length))
	}
	if err := f.End(); err != nil {
		return nil, err
	}
	f = s.Fields(streamSection)
	first := f.Word()
	b := f.Bytes(f.Len())
	if uint64(len(b)) > ^first || first+uint64(len(b)) != m.follower.Tail() {
		f.Refuse(-len(b), fmt.Sprintf("%d bytes from %d", len(b), first), fmt.Sprintf("the stream up to %d, where the follower is", m.follower.Tail()))
		return nil, f.End()
	}
	m.log = serve.NewLog(first)
	m.log.Append(b)
	f = s.Fields(clientsSection)
	m.server.Buckets().Restore(f)
	return m, f.End()
}

// Restart makes a machine after a crash, of the journal as the disk has it. It has all of the
// stream that is there, and knows to be accepted what it knew when it wrote the last record. A snapshot is not
// needed, and may be nil; one that is there tells what was durable. The host cuts the journal to
// JournalLength before anything is written to it. The error is of the snapshot, of the
// configuration, or a [journal.Damage] of a file that is not this journal; or it says that the
// disk lost what it had made durable.
func Restart(config Config, s *snapshot.Snapshot, disk []byte) (*Machine, error) {
	durable := uint64(0)
	if s != nil {
		kept, err := Restore(config, s)
		if err != nil {
			return nil, err
		}
		durable = kept.synced
	}
	scan := journal.Scan(wire.StreamID(config.Stream), disk)
	log, accepted, last := replay(scan)
	damage := scan.Damage()
	if damage != nil && (errors.Is(damage, journal.OtherStream) || errors.Is(damage, journal.BadVersion)) {
		return nil, damage
	}
	if length := scan.Writer().Length; length < durable {
		return nil, fmt.Errorf("replicator: the disk lost what was durable: the journal is whole up to byte %d, want at least %d (%v)", length, durable, damage)
	}
	if log == nil {
		return New(config)
	}
	settled := lastFrame(log, log.First(), accepted)
	log.Cut(lastFrame(log, settled, log.Tail()))
	m, err := start(config, settled)
	if err != nil {
		return nil, err
	}
	m.log, m.writer = log, scan.Writer()
	m.follower.Resume(last.Epoch, last.Start)
	m.follower.Keep(log.Tail(), min(accepted, settled))
	return m, nil
}

// replay reads the stream out of a journal, up to where it is known to be accepted, and the last record of it.
// What lies past that is of the last record's epoch: an epoch begins with a record that cuts off what
// is not known to be accepted. If there is no record, log is nil.
func replay(scan *journal.Scanner) (log *serve.Log, accepted uint64, last journal.Record) {
	for scan.Next() {
		r := scan.Record()
		if log == nil {
			log = serve.NewLog(scan.Writer().Base)
		}
		if r.Kind != journal.Stream {
			continue
		}
		log.Cut(r.Offset)
		log.Append(r.Data)
		accepted = max(accepted, min(r.Committed, log.Tail()))
		last = r
	}
	return log, accepted, last
}

// lastFrame is where the last whole frame ends that is no longer than a limit, of those from an offset on.
func lastFrame(log *serve.Log, at, limit uint64) uint64 {
	buf := make([]byte, wire.FrameMax)
	for {
		n := log.Copy(buf[:min(uint64(len(buf)), max(limit, at)-at)], at)
		size, _ := wire.WholeFrames(buf[:n])
		if size == 0 {
			return at
		}
		at += uint64(size)
	}
}
