package tip

import (
	"fmt"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/snapshot"
)

// serverSection is the section of a server's own state, beside those of its machine and its
// follower: tail u64, advert i64.
const serverSection = "server"

// ServerSections are the sections that [RestoreServer] knows, for a [snapshot.Expect].
func ServerSections() []string { return append(Sections(), serverSection, follow.Section) }

// Snapshot is the whole state, with the ring's bytes. Its offset is that up to which the
// stream is accepted, as far as the server has it: where one can start over, whatever happens
// to the rest.
func (s *Server) Snapshot(writer string) *snapshot.Snapshot {
	whole := s.machine.Snapshot(writer, true)
	tail := whole.CoreStreamLength
	whole.CoreStreamLength, whole.StreamTime = s.follower.Committed(), s.follower.Time()
	whole.Version = uint16(s.config.Version)
	_, whole.Start = s.follower.Epoch()
	whole.Sections = append(whole.Sections,
		snapshot.PlainSection(serverSection, snapshot.Words(tail, uint64(s.advert))),
		snapshot.PlainSection(follow.Section, s.follower.AppendState(nil)))
	return whole
}

// RestoreServer makes a server of a snapshot, that does what the first would have done. A host
// that starts anew calls [RestartServer].
func RestoreServer(config ServerConfig, kept *snapshot.Snapshot) (*Server, error) {
	s, err := NewServer(config, kept.CoreStreamLength)
	if err != nil {
		return nil, err
	}
	if err := s.expect(kept); err != nil {
		return nil, err
	}
	f := kept.Fields(serverSection)
	inner := *kept
	inner.CoreStreamLength, s.advert = f.Word(), int64(f.Word())
	if err := f.End(); err != nil {
		return nil, err
	}
	if s.machine, err = Restore(s.config.Tip, &inner); err != nil {
		return nil, err
	}
	s.now = s.machine.now
	if s.follower, err = follow.Restore(s.config.Follow, kept); err != nil {
		return nil, fmt.Errorf("tip: %w", err)
	}
	if tail := s.follower.Tail(); tail != inner.CoreStreamLength {
		return nil, wrong(serverSection, 0, fmt.Sprintf("tail %d", inner.CoreStreamLength), fmt.Sprintf("%d, where the follower is", tail))
	}
	return s, nil
}

// RestartServer makes a server of the latest snapshot, after a crash: its ring is empty at the
// snapshot's offset. It goes on in the snapshot's epoch, and so hears no leader of an older one, if the
// snapshot says where that began: in version 1 none does. Without a snapshot it begins at 0.
func RestartServer(config ServerConfig, kept *snapshot.Snapshot) (*Server, error) {
	if kept == nil {
		return NewServer(config, 0)
	}
	s, err := NewServer(config, kept.CoreStreamLength)
	if err != nil {
		return nil, err
	}
	if err := s.expect(kept); err != nil {
		return nil, err
	}
	if kept.Version >= snapshot.Version2 {
		s.follower.Resume(kept.Epoch, kept.Start)
		s.machine.enter(kept.Epoch, kept.CoreStreamLength)
	}
	return s, nil
}

// expect refuses the snapshot of another stream, service or history, and one of a later version.
func (s *Server) expect(kept *snapshot.Snapshot) error {
	if err := kept.BelongsTo(s.config.Tip.Stream, Service, s.config.Follow.EpochMax); err != nil {
		return err
	}
	if err := kept.ReadableBy(s.config.Version); err != nil {
		return fmt.Errorf("tip: %w", err)
	}
	return nil
}
