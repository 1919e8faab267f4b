package sequencer

import (
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/statemachines/journal"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

var restartConfig = Config{Stream: "aria", Self: here}

// journalOf is a journal of records.
func journalOf(stream, base uint64, records ...journal.Record) (b []byte) {
	w := journal.NewWriter(stream, base)
	for _, r := range records {
		b = w.Append(b, r)
	}
	return b
}

func frameRecord(offset, publisher, sequence uint64) journal.Record {
	f := wire.Frame{Publisher: publisher, Sequence: sequence, Payload: []byte("abc")}
	return journal.Record{Kind: journal.Stream, Epoch: 1, Offset: offset, Data: f.Append(nil)}
}

func TestJournalsThatAreNotOfThisSequencerAreRefused(t *testing.T) {
	half := frameRecord(0, 1, 1)
	half.Data = half.Data[:22]
	for _, c := range []struct {
		b    []byte
		want string
	}{
		{journalOf(1, 0, frameRecord(0, 1, 1)), "journal: another stream: at byte 16: got 0x1, want 0x64cf3d0fad3c8048"},
		{journalOf(aria, 5, frameRecord(5, 1, 1)), "sequencer: got a journal that begins at offset 5, want 0"},
		{journalOf(aria, 0, frameRecord(0, 1, 1), frameRecord(23, 1, 3)), "sequencer: journal: got message 3 of publisher 1, of 23 bytes, at offset 23: want its next, and whole"},
		{journalOf(aria, 0, half), "sequencer: journal: got message 1 of publisher 1, of 23 bytes, at offset 0: want its next, and whole"},
		{journalOf(aria, 0, journal.Record{Kind: grantFact, Data: []byte("hi")}), "sequencer: journal: got 68 69 as a grant in the record that ends at byte 82"},
	} {
		_, err := Restart(restartConfig, nil, c.b)
		require.EqualError(t, err, c.want)
	}
}

// written is a leader with two messages on its disk, of which its snapshot knows one.
func written(t *testing.T) (disk []byte, kept *snapshot.Snapshot) {
	m := fresh(t, Config{})
	step := func(in machine.Input) {
		for _, o := range m.Step(0, in, nil) {
			if o.Kind == machine.Write {
				disk = append(disk, o.Data...)
			}
		}
	}
	synced := func() { step(machine.Input{Kind: machine.Synced, Length: m.JournalLength()}) }
	step(machine.Input{Kind: machine.Command, Data: (&Grant{LeadAlone, 0, 1, 0}).Append(nil)})
	synced()
	step(packet(publisher1, inject(1, 1, "abc")))
	synced()
	kept = m.Snapshot("test")
	step(packet(publisher1, inject(1, 2, "de")))
	synced()
	return disk, kept
}

// However much of a journal is there, a restart gives a machine that has its whole records, or
// says that the disk lost what was durable when the snapshot was taken.
func TestARestartTakesWhatTheDiskHas(t *testing.T) {
	disk, kept := written(t)
	const durable = 152 + 71 // grant and first message
	for n := range len(disk) + 1 {
		m, err := Restart(restartConfig, nil, disk[:n])
		require.NoError(t, err)
		require.LessOrEqual(t, m.JournalLength(), uint64(n))
		again, err := Restart(restartConfig, kept, disk[:n])
		if n < durable {
			require.ErrorContains(t, err, "sequencer: the disk lost what was durable: the journal is whole up to byte ")
			continue
		}
		require.NoError(t, err)
		require.Equal(t, m.history.publishers.last(1), again.history.publishers.last(1))
		require.Equal(t, m.JournalLength(), again.JournalLength())
		require.Equal(t, m.history.tail(), again.history.tail())
		require.Equal(t, uint64(1), again.whole)
		role, _ := again.Role()
		require.Equal(t, Idle, role)
	}
}

func TestSnapshotsOfOthersAreRefused(t *testing.T) {
	disk, kept := written(t)
	restartConfig := restartConfig
	restartConfig.Follow.EpochMax = 1 << 40
	for _, c := range []struct {
		change func(*snapshot.Snapshot)
		want   string
	}{
		{func(s *snapshot.Snapshot) { s.Stream = "air" }, `sequencer: got a snapshot of stream "air", want "aria"`},
		{func(s *snapshot.Snapshot) { s.Service = "tip" }, `sequencer: got a snapshot of service "tip", want "sequencer"`},
		{func(s *snapshot.Snapshot) { s.Epoch = 1<<40 + 1 }, `sequencer: got a snapshot of epoch 1099511627777, want at most 1099511627776, the last that was granted`},
	} {
		s := *kept
		c.change(&s)
		_, err := Restore(restartConfig, &s)
		require.EqualError(t, err, c.want)
		_, err = Restart(restartConfig, &s, disk)
		require.EqualError(t, err, c.want)
	}
}

func TestStatesThatCannotBeAreRefused(t *testing.T) {
	_, kept := written(t)
	for _, c := range []struct {
		section string
		at      int
		to      byte
		want    string
	}{
		{machineSection, 7, 0x80, `sequencer: section "machine" at byte 0: got -9223372036854775808, want a time of 0 or later`},
		{machineSection, 8, 9, `sequencer: section "machine" at byte 8: got 9, want less than 4, a role`},
		{machineSection, 16, 7, `sequencer: section "machine" at byte 16: got {Duty:duty 7 Other:r0h0 Epoch:1 After:0}, want a grant`},
		{machineSection, 80, 2, `sequencer: section "machine" at byte 80: got 2, want 0 or 1`},
		{machineSection, 152, 0xFF, `sequencer: section "machine" at byte 152: got 255, want at most 223, the journal's length`},
		{publishersSection, 0, 0, `sequencer: section "publishers" at byte 0: got publisher 0 with 1, want publishers from 1 in order, each with at least 1`},
		{streamSection, 0, 24, `sequencer: section "stream" at byte 8: got 23 bytes from 24, want the stream around 23`},
	} {
		s := *kept
		s.Sections = append([]snapshot.Section(nil), kept.Sections...)
		for i, section := range s.Sections {
			if section.Name == c.section {
				b := append([]byte(nil), section.Stored...)
				b[c.at] = c.to
				s.Sections[i] = snapshot.PlainSection(c.section, b)
			}
		}
		_, err := Restore(restartConfig, &s)
		require.EqualError(t, err, c.want)
		var refused *snapshot.StateError
		require.ErrorAs(t, err, &refused)
	}
	for i, name := range Sections() {
		s := *kept
		s.Sections = append(append([]snapshot.Section(nil), kept.Sections[:i]...), kept.Sections[i+1:]...)
		_, err := Restore(restartConfig, &s)
		require.ErrorContains(t, err, `section "`+name+`" at byte 0: got no such section, want one`)
	}
}
