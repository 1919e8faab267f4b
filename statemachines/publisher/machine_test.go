package publisher

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/machine/machinetest"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

// Each message gets into the stream once, in order, and the application is told so, whatever the
// network loses, repeats or delays, however leaders fail, and wherever the publisher restarts from.
func TestEachMessageGetsInOnceAndInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		t.Repeat(map[string]func(*rapid.T){
			"":        func(*rapid.T) { w.check() },
			"command": func(*rapid.T) { w.command() },
			"commit":  func(*rapid.T) { w.commit() },
			"fail":    func(t *rapid.T) { w.fail(true) },
			"arrive": func(t *rapid.T) {
				for range rapid.IntRange(1, 5).Draw(t, "packets") {
					if len(w.network) == 0 {
						return
					}
					i := rapid.IntRange(0, min(len(w.network)-1, 5)).Draw(t, "which")
					p := w.network[i]
					if rapid.IntRange(0, 3).Draw(t, "again") > 0 {
						w.network = append(w.network[:i:i], w.network[i+1:]...)
					}
					w.arrive(p)
				}
			},
			"lose": func(t *rapid.T) {
				if len(w.network) > 0 {
					i := rapid.IntRange(0, len(w.network)-1).Draw(t, "which")
					w.network = append(w.network[:i:i], w.network[i+1:]...)
				}
			},
			"time": func(t *rapid.T) {
				w.now += rapid.Int64Range(0, 50*millisecond).Draw(t, "ns")
				w.step(machine.Input{})
			},
			"keep":    func(*rapid.T) { w.keep() },
			"restart": func(*rapid.T) { w.restart(w.kept) },
			"cold":    func(*rapid.T) { w.restart(nil) },
			"clone":   func(*rapid.T) { w.m = w.m.Clone() },
		})
		w.heal()
		w.check()
	})
}

func TestConfigsThatCannotBeAreRefused(t *testing.T) {
	for _, c := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Publisher = 0 }, "publisher: Publisher is 0, want its number"},
		{func(c *Config) { c.Sequencers = nil }, "publisher: no Sequencers, want at least one"},
		{func(c *Config) { c.QueueMax = 65019 }, "publisher: QueueMax is 65019, want at least 65020, or 0 for the default"},
		{func(c *Config) { c.ResendEvery = -1 }, "publisher: ResendEvery is -1, want 1 to 1000000000, or 0 for the default"},
		{func(c *Config) { c.ResendEvery = second + 1 }, "publisher: ResendEvery is 1000000001, want 1 to 1000000000, or 0 for the default"},
		{func(c *Config) { c.Follow.Version = 9 }, "follow: Version is 9, want at most 2, or 0 for that"},
	} {
		config := config
		c.change(&config)
		_, err := New(config)
		require.EqualError(t, err, c.want)
	}
}

func header(epoch uint64) wire.Header {
	return wire.Header{Version: wire.Latest, Stream: aria, Epoch: epoch}
}

func packet(from machine.Address, data []byte) machine.Input {
	return machine.Input{Kind: machine.Packet, From: from, Data: data}
}

func stream(at, committed uint64, frames []byte) []byte {
	return (&wire.Stream{Offset: at, Committed: committed, Frames: frames}).Append(nil, header(1))
}

// ready is a machine that knows the stream and its number, which is 1, and is careful no more.
func ready(tb testing.TB) *Machine {
	tb.Helper()
	m, err := New(config)
	require.NoError(tb, err)
	m.Step(0, packet(first, stream(0, 0, nil)), nil)
	m.Step(0, packet(first, (&wire.Injected{Publisher: 7, Reason: wire.OutOfOrder}).Append(nil, header(1))), nil)
	require.True(tb, m.birth.known)
	m.beCareless()
	return m
}

// beCareless makes a machine as it is after InFlightMax messages.
func (m *Machine) beCareless() { m.left, m.birth.answered, m.birth.old = 0, true, 0 }

func TestMessagesThatAreTooLongOrTooManyAreRefused(t *testing.T) {
	m := ready(t)
	send := func(size int) (reason RefusedReason) {
		for _, o := range m.Step(0, machine.Input{Kind: machine.Command, Data: make([]byte, size)}, nil) {
			if o.Kind == machine.Deliver {
				n, err := ReadNotice(o.Data)
				require.NoError(t, err)
				reason = n.Reason
			}
		}
		return reason
	}
	require.Equal(t, TooLong, send(wire.PayloadMax+1))
	for range (1 << 20) / wire.FrameMax {
		require.Zero(t, send(wire.PayloadMax))
	}
	require.Equal(t, Full, send(wire.PayloadMax))
	_, err := ReadNotice([]byte("notice"))
	require.EqualError(t, err, "publisher: a notice of 6 bytes, want 18")
	require.Equal(t, []string{"kind 9", "reason 9", "not-ready"}, []string{NoticeKind(9).String(), RefusedReason(9).String(), NotReady.String()})
}

// No more than InFlightMax messages are under way, however many wait.
func TestTheWindowIsTheSameForEver(t *testing.T) {
	m := ready(t)
	sent := 0
	for range 2 * InFlightMax {
		sent += len(m.Step(0, machine.Input{Kind: machine.Command, Data: []byte("m")}, nil))
	}
	require.Equal(t, InFlightMax, sent)
}

// What is wrong, old, of others or for others changes nothing but a count.
func TestWhatIsRefusedChangesNothingButACount(t *testing.T) {
	m := ready(t)
	m.Step(0, machine.Input{Kind: machine.Command, Data: []byte("message")}, nil)
	mine := wire.Frame{Publisher: 7, Sequence: 1, Payload: []byte("message")}
	m.Step(0, packet(first, stream(0, 27, mine.Append(nil))), nil)
	m.Step(0, machine.Input{Kind: machine.Command, Data: []byte("another")}, nil)
	second := wire.Frame{Publisher: 7, Sequence: 2, Payload: []byte("another")}
	machinetest.Refuses(t, m, 0, first, stream(27, 54, second.Append(nil)),
		(&wire.Injected{Publisher: 7, Last: 2}).Append(nil, header(1)))
	before := m.Snapshot("test")
	for _, in := range []machine.Input{
		packet(first, stream(0, 27, mine.Append(nil))),
		packet(first, (&wire.Inject{Publisher: 7, Sequence: 3}).Append(nil, header(1))),
		packet(first, (&wire.Injected{Publisher: 8, Last: 2}).Append(nil, header(1))),
		packet(first, (&wire.Injected{Publisher: 7, Last: query}).Append(nil, header(1))),
		packet(tip, (&wire.Injected{Publisher: 7, Last: 2}).Append(nil, header(9))),
		packet(other, (&wire.Injected{Publisher: 7, Last: 2, Reason: wire.NotLeading}).Append(nil, header(9))),
		packet(other, (&wire.Injected{Publisher: 7, Last: 2}).Append(nil, header(0))),
		packet(other, (&wire.Stream{Start: 1, Offset: 27}).Append(nil, header(9))),
		packet(other, (&wire.Stream{Start: 27, Offset: 27, Frames: make([]byte, 20)}).Append(nil, header(9))),
		{Kind: machine.Synced},
		{Kind: 99},
	} {
		require.Empty(t, m.Step(0, in, nil))
		require.Equal(t, before, m.Snapshot("test"))
	}
	counts := m.Counts()
	require.Equal(t, [4]uint64{3, 2, 1, 1}, [4]uint64{counts.Unwanted, counts.Untrue, counts.WrongEpoch, counts.Refused[wire.NotLeading]})
}

func TestStatesThatCannotBeAreRefused(t *testing.T) {
	config := config
	config.Follow.EpochMax = 1 << 40
	m := ready(t)
	m.Step(0, machine.Input{Kind: machine.Command, Data: []byte("message")}, nil)
	mine := wire.Frame{Publisher: 7, Sequence: 1, Payload: []byte("message")}
	m.Step(0, packet(first, stream(0, 0, mine.Append(nil))), nil)
	_, err := Restore(config, m.Snapshot("test"))
	require.NoError(t, err)
	for _, c := range []struct {
		change func(*snapshot.Snapshot)
		want   string
	}{
		{func(s *snapshot.Snapshot) { s.Service = "tip" }, `section "publisher" at byte 0: got service "tip", want service "publisher"`},
		{func(s *snapshot.Snapshot) { s.Epoch = 1<<40 + 1 }, `section "follow" at byte 0: got epoch 1099511627777, want at most 1099511627776, the last that was granted`},
		{func(s *snapshot.Snapshot) { s.Sections = s.Sections[:1] }, `section "publisher" at byte 0: got no such section, want one`},
		{func(s *snapshot.Snapshot) { s.Sections = s.Sections[:2] }, `section "queue" at byte 0: got no such section, want one`},
		{section(1, func(b []byte) []byte { return b[:8] }), `section "publisher" at byte 0: got 8 bytes, want 80`},
		{section(1, set(0, 8)), `section "publisher" at byte 0: got publisher 8, want publisher 7`},
		{section(1, set(15, 0x80)), `section "publisher" at byte 8: got -9223372036854775808, want a time of 0 or later`},
		{section(1, set(16, 8)), `section "publisher" at byte 16: got 8, want at most 7`},
		{section(1, set(79, 0x80)), `section "publisher" at byte 72: got -9223372036854775808, want a time of 0 or later`},
		{section(1, set(48, 0)), `section "publisher" at byte 48: got number 0, want at least 1`},
		{section(1, set(16, 0)), `section "queue" at byte 0: got a message, want none before the machine is ready`},
		{section(2, func(b []byte) []byte { return b[:23] }), `section "seen" at byte 0: got 23 bytes, want a multiple of 24`},
		{section(2, set(0, 0)), `section "seen" at byte 0: got 0, want at least 1`},
		{section(2, set(8, 28)), `section "seen" at byte 8: got 28, want past 0, up to 27`},
		{section(2, set(16, 2)), `section "seen" at byte 16: got 2, want 0, or 1 for a message of the queue`},
		{section(3, func(b []byte) []byte { return b[:3] }), `section "queue" at byte 0: got 3 bytes, want a length`},
		{section(3, set(0, 8)), `section "queue" at byte 0: got a message of 8 bytes, want at most 7`},
		{section(3, func([]byte) []byte { return nil }), `section "seen" at byte 16: got 1, want 0, or 1 for a message of the queue`},
	} {
		s := m.Snapshot("test")
		c.change(s)
		_, err := Restore(config, s)
		require.EqualError(t, err, c.want)
		var refused *follow.StateError
		require.ErrorAs(t, err, &refused)
	}
}

func section(i int, change func([]byte) []byte) func(*snapshot.Snapshot) {
	return func(s *snapshot.Snapshot) {
		s.Sections[i] = snapshot.PlainSection(s.Sections[i].Name, change(s.Sections[i].Stored))
	}
}

func set(at int, to byte) func([]byte) []byte {
	return func(b []byte) []byte { b[at] = to; return b }
}

func TestSnapshotsHaveTheSectionsThatRestoreKnows(t *testing.T) {
	var names []string
	for _, section := range ready(t).Snapshot("test").Sections {
		names = append(names, section.Name)
	}
	require.Equal(t, Sections(), names)
}

// A clone goes its own way.
func TestACloneSharesNothingThatChanges(t *testing.T) {
	m := ready(t)
	m.Step(0, machine.Input{Kind: machine.Command, Data: []byte("message")}, nil)
	c := m.Clone()
	before := c.Snapshot("test")
	machinetest.Alike(t, 1, machine.Input{Kind: machine.Command, Data: []byte("another")}, m, m.Clone())
	m.Step(2, machine.Input{Kind: machine.Command, Data: []byte("another")}, nil)
	require.Equal(t, before, c.Snapshot("test"))
}

// busy is a machine's life: a message is sent, and the one before is accepted, again and again.
func busy(tb testing.TB) *machinetest.Life[*Machine] {
	life := machinetest.NewLife(ready(tb))
	message := make([]byte, 64)
	var at uint64
	for sequence := range uint64(4096) {
		life.Step(int64(at), machine.Input{Kind: machine.Command, Data: message})
		frames := (&wire.Frame{Publisher: 7, Sequence: sequence + 1, Payload: message}).Append(nil)
		stream := wire.Stream{Offset: at, Committed: at, Frames: frames}
		at += uint64(len(frames))
		life.Step(int64(at), packet(first, stream.Append(nil, header(1))))
		require.Equal(tb, 1, life.Machine.Waiting(), "the one before is accepted")
	}
	return life
}

func TestAStepAllocatesNothing(t *testing.T) { require.Zero(t, busy(t).Allocs()) }

func BenchmarkStep(b *testing.B) { busy(b).Bench(b) }

func BenchmarkClone(b *testing.B) {
	m := ready(b)
	for range 100 {
		m.Step(0, machine.Input{Kind: machine.Command, Data: make([]byte, 64)}, nil)
	}
	b.ReportAllocs()
	for b.Loop() {
		m.Clone()
	}
}

// A publisher is restored from an old snapshot, its packets to the leader are lost, and it gets packets of the
// stream with 200 messages of its earlier life, one in each. What that life sent behind them may still be
// under way, however they come: as accepted long ago, or as they were sent then, late.
func TestWhatAnEarlierLifeSentDoesNotCount(t *testing.T) {
	for _, late := range []bool{false, true} {
		m, err := Restore(config, ready(t).Snapshot("test"))
		require.NoError(t, err)
		for range 300 {
			m.Step(0, machine.Input{Kind: machine.Command, Data: []byte("same")}, nil)
		}
		var highest uint64
		take := func(data []byte) {
			for _, o := range m.Step(0, packet(first, data), nil) {
				highest = max(highest, injected(o))
			}
		}
		var old []byte
		for i := range uint64(200) {
			at := uint64(len(old))
			old = (&wire.Frame{Publisher: config.Publisher, Sequence: i + 1, Payload: []byte("same")}).Append(old)
			end := uint64(len(old))
			if s := (wire.Stream{Offset: at, Committed: end, Frames: old[at:]}); late {
				s.Committed = at
				take(s.Append(nil, header(1)))
				take(stream(end, end, nil))
			} else {
				take(s.Append(nil, header(1)))
			}
		}
		require.Equal(t, 100, m.Waiting())
		require.EqualValues(t, 201, highest, "the last number under way")
		take((&wire.Injected{Publisher: config.Publisher, Last: 210, Reason: wire.OutOfOrder}).Append(nil, header(1)))
		require.True(t, m.careful())
		require.EqualValues(t, 210+InFlightMax, m.birth.old)
	}
}

// injected is the number of the message that an output sends, or 0; also if it asks for the last one.
func injected(o machine.Output) uint64 {
	var p wire.Packet
	var i wire.Inject
	if o.Kind != machine.Send || p.Open(o.Data, wire.Latest, aria).Reason != wire.None || p.Kind != wire.KindInject ||
		i.Decode(&p).Reason != wire.None || i.Sequence == query {
		return 0
	}
	return i.Sequence
}

// An application that starts over says what it had said, and then something else. If its publisher were
// careless by what the earlier life got accepted, and sent the next two at once, an earlier life's message might
// come in the place of the first: the second would be in the stream, and then the first.
func TestAnEarlierLifeCannotBreakTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		w.heal()
		for !w.m.birth.known { // it is born
			w.heartbeat()
			w.deliver(self, first, tip)
		}
		old := rapid.IntRange(InFlightMax, 2*InFlightMax).Draw(t, "old")
		for range old {
			w.command()
		}
		w.keep()
		var late []parcel
		for w.told < old { // one after the other, with a heartbeat that says that it is accepted
			w.deliver(first)
			w.commit()
			for _, p := range w.network {
				if p.to == self && p.from == first && wire.Kind(p.data[4]) == wire.KindStream {
					late = append(late, p)
				}
			}
			w.deliver(self, tip)
		}
		w.deliver(self, tip, first)
		w.m.beCareless()
		w.command() // it is under way, with the next number
		under := w.network
		w.network = nil
		w.restart(w.kept)
		for range 5 {
			w.command()
		}
		for _, p := range late { // all that it says to the leader meanwhile is lost
			w.arrive(p)
			w.network = nil
		}
		w.now += second
		w.step(machine.Input{})
		w.network = append(under, w.network...)
		w.heal()
		w.check()
	})
}
