package subscriber

import (
	"encoding/binary"
	"fmt"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

// Service is the service's name in snapshots.
const Service = "subscriber"

// The sections of a snapshot, beside follow's. All numbers are little-endian.
const (
	machineSection = "subscriber" // taken u64, cut off u64
	bufferSection  = "buffer"     // frames from the snapshot's offset on

	machineSize = 16
)

// Sections are the sections that [Restore] knows, for a [snapshot.Expect].
func Sections() []string { return []string{follow.Section, machineSection, bufferSection} }

// Snapshot is the machine's whole state, at the offset up to which it has delivered. An
// application that keeps its own with it starts over from both.
func (m *Machine) Snapshot(writer string) *snapshot.Snapshot {
	s := m.follower.Snapshot(Service, writer, m.given)
	var cut uint64
	if m.cut {
		cut = 1
	}
	state := binary.LittleEndian.AppendUint64(nil, m.taken)
	var frames []byte
	for at := m.head; at < len(m.buffer); {
		delivery, _ := m.waiting(at)
		frames = append(frames, delivery[deliveryHead:]...)
		at += len(delivery)
	}
	s.Sections = append(s.Sections,
		snapshot.PlainSection(machineSection, binary.LittleEndian.AppendUint64(state, cut)),
		snapshot.PlainSection(bufferSection, frames))
	return s
}

// Restore makes a machine of a snapshot's state. The error is a [follow.StateError], or one of
// the configuration or of unpacking a section.
func Restore(config Config, s *snapshot.Snapshot) (*Machine, error) {
	m, err := New(config, s.CoreStreamLength)
	if err != nil {
		return nil, err
	}
	if m.follower, err = follow.Restore(config.Follow, s); err != nil {
		return nil, err
	}
	if s.Service != Service {
		return nil, follow.Wrong(machineSection, 0, fmt.Sprintf("service %q", s.Service), fmt.Sprintf("service %q", Service))
	}
	state, err := follow.Contents(s, machineSection)
	if err != nil {
		return nil, err
	}
	if len(state) != machineSize {
		return nil, follow.Wrong(machineSection, 0, fmt.Sprintf("%d bytes", len(state)), machineSize)
	}
	taken, cut := binary.LittleEndian.Uint64(state), binary.LittleEndian.Uint64(state[8:])
	switch {
	case taken > m.given:
		return nil, follow.Wrong(machineSection, 0, taken, fmt.Sprintf("at most %d, what was delivered", m.given))
	case cut > 1:
		return nil, follow.Wrong(machineSection, 8, cut, "0 or 1")
	}
	m.taken, m.cut = taken, cut == 1
	frames, err := follow.Contents(s, bufferSection)
	if err != nil {
		return nil, err
	}
	if err := m.restoreBuffer(frames); err != nil {
		return nil, err
	}
	return m, nil
}

// restoreBuffer makes deliveries of frames, which go from the offset to the follower's tail.
func (m *Machine) restoreBuffer(frames []byte) error {
	if size, fault := wire.WholeFrames(frames); size != len(frames) {
		return follow.Wrong(bufferSection, size, fmt.Sprintf("no frame (%v)", fault.Reason), "whole frames")
	}
	if tail := m.follower.Tail(); tail < m.given || tail-m.given != uint64(len(frames)) {
		return follow.Wrong(bufferSection, 0, fmt.Sprintf("%d bytes from %d on", len(frames), m.given), fmt.Sprintf("the stream up to %d", tail))
	}
	m.keep(m.given, frames)
	return nil
}
