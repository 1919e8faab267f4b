package tip

import (
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/statemachines/snapshot"
)

// waitingMachine has bytes, a hole, clients, and requests that wait.
func waitingMachine(t *testing.T) (*Machine, Config) {
	config := Config{Stream: "aria", Capacity: 100, Local: Limits{Rate: 1000, Burst: 1}}
	m := newMachine(t, config, 5000)
	m.Step(second, Input{Kind: Stream, Epoch: 1, Offset: 5000, Data: make([]byte, 130)}, nil)
	m.Step(second, Input{Kind: Stream, Epoch: 1, Offset: 6000, Data: make([]byte, 10)}, nil)
	for client := range Client(3) {
		for i := range uint64(3) {
			m.Step(second, Input{Kind: Request, Client: 2 - client, Epoch: 1, Offset: 5050 + 20*i, Length: 10}, nil)
		}
	}
	require.Len(t, m.queue, 6)
	return m, config
}

func TestRestoreIsTheInverseOfSnapshot(t *testing.T) {
	m, config := waitingMachine(t)
	s := m.Snapshot("test", true)
	again, err := Restore(config, s)
	require.NoError(t, err)
	require.Equal(t, s, again.Snapshot("test", true))
	require.Equal(t, m.Bounds(), again.Bounds())
}

func TestAStateIsKeptWhereLimitsBecameLower(t *testing.T) {
	m, config := waitingMachine(t)
	config.Capacity, config.Local.AnswerMax, config.QueueMax = 10, 4, 1
	again, err := Restore(config, m.Snapshot("test", true))
	require.NoError(t, err)
	require.Equal(t, uint64(5120), again.Bounds().First)
	require.Len(t, again.queue, 6)
	require.Equal(t, uint32(4), again.queue[5].length)
}

func TestStatesThatCannotBeAreRefused(t *testing.T) {
	m, config := waitingMachine(t)
	for _, c := range []struct {
		section string
		change  func([]byte) []byte
		want    string
	}{
		{machineSection, func(b []byte) []byte { return b[:24] }, `tip: section "machine" at byte 0: got 24 bytes, want a multiple of 32`},
		{machineSection, func([]byte) []byte { return nil }, `tip: section "machine" at byte 0: got 0 bytes, want 32`},
		{machineSection, set(7, 0x80), `tip: section "machine" at byte 0: got -9223372035854775808, want a time of 0 or later`},
		{machineSection, set(8, 2), `tip: section "machine" at byte 8: got 2, want 0 or 1`},
		{clientsSection, func(b []byte) []byte { return b[:len(b)-1] }, `tip: section "clients" at byte 0: got 47 bytes, want a multiple of 16`},
		{clientsSection, set(16, 0), `tip: section "clients" at byte 16: got client 0 twice, want each once`},
		{requestsSection, func(b []byte) []byte { return b[1:] }, `tip: section "requests" at byte 0: got 191 bytes, want a multiple of 32`},
		{requestsSection, set(32, 9), `tip: section "requests" at byte 32: got client 9, want one of the clients`},
		{requestsSection, set(24, 0), `tip: section "requests" at byte 24: got length 0, want at least 1`},
		{requestsSection, set(28, 3), `tip: section "requests" at byte 28: got 3, want 0 or 1`},
		{ringSection, func([]byte) []byte { return make([]byte, 5131) }, `tip: section "ring" at byte 0: got 5131 bytes, want at most 5130, the stream's length`},
	} {
		s := m.Snapshot("test", true)
		for i, section := range s.Sections {
			if section.Name == c.section {
				s.Sections[i] = snapshot.PlainSection(c.section, c.change(section.Stored))
			}
		}
		_, err := Restore(config, s)
		require.EqualError(t, err, c.want)
		var refused *StateError
		require.ErrorAs(t, err, &refused)
	}
}

// set changes one byte.
func set(at int, to byte) func([]byte) []byte {
	return func(b []byte) []byte { b[at] = to; return b }
}

func TestEachSectionButTheRingIsNeeded(t *testing.T) {
	m, config := waitingMachine(t)
	for i, name := range Sections() {
		s := m.Snapshot("test", true)
		s.Sections = append(s.Sections[:i:i], s.Sections[i+1:]...)
		_, err := Restore(config, s)
		if name == ringSection {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, `tip: section "`+name+`" at byte 0: got no such section, want one`)
	}
}
