package subscriber

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/machine/machinetest"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

var config = Config{Follow: follow.Config{Stream: "aria", Servers: []follow.Server{{Address: tip, Service: wire.Tip}}}}

func header(epoch uint64) wire.Header {
	return wire.Header{Version: wire.Latest, Stream: aria, Epoch: epoch}
}

func subscriber(tb testing.TB, config Config) *Machine {
	tb.Helper()
	m, err := New(config, 0)
	require.NoError(tb, err)
	return m
}

func frame(sequence uint64, size int) []byte {
	return (&wire.Frame{Publisher: 1, Sequence: sequence, Payload: make([]byte, size)}).Append(nil)
}

func packet(from machine.Address, data []byte) machine.Input {
	return machine.Input{Kind: machine.Packet, From: from, Data: data}
}

func TestConfigsThatCannotBeAreRefused(t *testing.T) {
	_, err := New(Config{BufferMax: 65019}, 0)
	require.EqualError(t, err, "subscriber: BufferMax is 65019, want at least 65020, or 0 for the default")
	_, err = New(Config{Follow: follow.Config{Version: 9}}, 0)
	require.EqualError(t, err, "follow: Version is 9, want at most 2, or 0 for that")
}

// An application gets each accepted message once, in order, whatever the network drops or
// repeats, however leaders fail and hosts restart, and however slow it is.
func TestEachAcceptedMessageIsDeliveredOnceAndInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		config := config
		config.BufferMax, config.WindowMax = wire.FrameMax, 100
		m, err := New(config, 0)
		require.NoError(t, err)
		kept, keptGot := m.Snapshot("test"), 0
		var history []byte
		var committed, start, got int
		epoch, sequence, now := uint64(1), uint64(0), int64(0)
		var step func(machine.Input)
		answer := func(request []byte) {
			var p wire.Packet
			var r wire.Request
			p.Open(request, wire.Latest, aria)
			r.Decode(&p)
			bounds := wire.Bounds{Start: uint64(start), Tail: uint64(len(history)), Committed: uint64(committed)}
			from := min(int(r.Offset), len(history))
			a := wire.Answer{Offset: r.Offset, Bounds: bounds, Data: history[from:min(len(history), from+int(r.Length), from+wire.PayloadMax)]}
			if p.Epoch == epoch && int(r.Offset) <= len(history) {
				step(packet(tip, a.Append(nil, header(epoch))))
				return
			}
			step(packet(tip, (&wire.Refusal{Offset: r.Offset, Bounds: bounds, Reason: wire.WrongEpoch}).Append(nil, header(epoch))))
		}
		lossy := true
		step = func(in machine.Input) {
			var requests [][]byte
			for _, o := range m.Step(now, in, nil) {
				if o.Kind == machine.Send {
					requests = append(requests, bytes.Clone(o.Data))
					continue
				}
				d, err := ReadDelivery(o.Data)
				require.NoError(t, err)
				if d.Kind == CutOff {
					require.Equal(t, uint64(got), d.Next)
					continue
				}
				require.LessOrEqual(t, d.Next, uint64(committed))
				require.Equal(t, history[got:d.Next], d.Frame.Append(nil))
				got = int(d.Next)
			}
			for _, r := range requests {
				if !lossy || rapid.Bool().Draw(t, "answered") {
					answer(r)
				}
			}
		}
		send := func(from int) {
			s := wire.Stream{Start: uint64(start), Offset: uint64(from), Committed: uint64(committed), Frames: history[from:]}
			if !lossy || rapid.IntRange(0, 2).Draw(t, "comes") > 0 {
				step(packet(leader, s.Append(nil, header(epoch))))
			}
		}
		taken := func() { step(machine.Input{Kind: machine.Command, Data: AppendTaken(nil, uint64(got))}) }
		t.Repeat(map[string]func(*rapid.T){
			"publish": func(t *rapid.T) {
				from := len(history)
				sequence++
				history = append(history, frame(sequence, rapid.SampledFrom([]int{1, 50, 20000, wire.PayloadMax}).Draw(t, "size"))...)
				send(from)
			},
			"commit": func(t *rapid.T) {
				committed = len(history)
				send(len(history))
			},
			"fail": func(t *rapid.T) {
				epoch++
				history, start = history[:committed], committed
				send(len(history))
			},
			"take": func(*rapid.T) { taken() },
			"time": func(t *rapid.T) {
				now += rapid.Int64Range(0, 2e9).Draw(t, "ns")
				step(machine.Input{})
			},
			"keep": func(*rapid.T) { kept, keptGot = m.Snapshot("test"), got },
			"restart": func(*rapid.T) {
				again, err := Restore(config, kept)
				require.NoError(t, err)
				require.Equal(t, kept, again.Snapshot("test"))
				m, got = again, keptGot
			},
			"clone": func(*rapid.T) {
				m.Step(now, machine.Input{}, nil) // nobody is told what it asks for
				m = m.Clone()
			},
		})
		lossy, committed = false, len(history)
		for i := 0; got < committed && i < 1000; i++ {
			taken()
			now += 1e8
			send(len(history))
		}
		require.Equal(t, committed, got)
	})
}

// What is wrong, old, of others or for others changes nothing but a count.
func TestWhatIsRefusedChangesNothingButACount(t *testing.T) {
	m := subscriber(t, config)
	good := (&wire.Stream{Committed: 120, Frames: append(frame(1, 100), frame(2, 100)...)}).Append(nil, header(5))
	m.Step(0, packet(leader, good), nil)
	before := m.Snapshot("test")
	next := (&wire.Stream{Offset: 240, Frames: frame(3, 10)}).Append(nil, header(5))
	future := bytes.Clone(next)
	future[2], future[3] = 9, 9
	inputs := []machine.Input{
		packet(leader, next[:len(next)-1]),
		packet(leader, append(bytes.Clone(next), 0)),
		packet(leader, future),
		packet(leader, nil),
		packet(leader, (&wire.Stream{Offset: 240, Frames: frame(3, 10)}).Append(nil, wire.Header{Version: 1, Stream: 1, Epoch: 5})),
		packet(leader, (&wire.Stream{Offset: 240, Frames: frame(3, 10)}).Append(nil, header(4))),
		packet(leader, (&wire.Stream{Offset: 240, Frames: frame(0, 10)}).Append(nil, header(5))),
		packet(leader, (&wire.Inject{Publisher: 1, Sequence: 3}).Append(nil, header(5))),
		packet(leader, good),
		{Kind: machine.Command, Data: AppendTaken(nil, 121)},
		{Kind: machine.Command, Data: []byte("taken")},
		{Kind: machine.Synced, Length: 7},
		{Kind: 99},
	}
	for _, in := range inputs {
		require.Empty(t, m.Step(0, in, nil))
		require.Equal(t, before, m.Snapshot("test"))
	}
	for bit := range 8 * len(next) {
		next[bit/8] ^= 1 << (bit % 8)
		require.Empty(t, m.Step(0, packet(leader, next), nil))
		next[bit/8] ^= 1 << (bit % 8)
	}
	require.Equal(t, before, m.Snapshot("test"))
	counts := m.Counts()
	require.Equal(t, [4]uint64{2, 1, 1, 1}, [4]uint64{counts.Commands, counts.WrongEpoch, counts.Unwanted, counts.Faults[wire.BadFrame]})
	require.NotEmpty(t, m.Step(0, packet(leader, (&wire.Stream{Offset: 240, Committed: 270, Frames: frame(3, 10)}).Append(nil, header(5))), nil))
}

func TestStatesThatCannotBeAreRefused(t *testing.T) {
	config := config
	config.Follow.EpochMax = 1 << 40
	m := subscriber(t, config)
	m.Step(0, packet(leader, (&wire.Stream{Committed: 120, Frames: append(frame(1, 100), frame(2, 100)...)}).Append(nil, header(5))), nil)
	for _, c := range []struct {
		change func(*snapshot.Snapshot)
		want   string
	}{
		{func(s *snapshot.Snapshot) { s.Service = "tip" }, `section "subscriber" at byte 0: got service "tip", want service "subscriber"`},
		{func(s *snapshot.Snapshot) { s.Epoch = 1<<40 + 1 }, `section "follow" at byte 0: got epoch 1099511627777, want at most 1099511627776, the last that was granted`},
		{func(s *snapshot.Snapshot) { s.Stream = "x" }, `section "follow" at byte 0: got stream "x", want stream "aria"`},
		{func(s *snapshot.Snapshot) { s.Sections = s.Sections[1:] }, `section "follow" at byte 0: got no such section, want one`},
		{func(s *snapshot.Snapshot) { s.Sections = s.Sections[:1] }, `section "subscriber" at byte 0: got no such section, want one`},
		{func(s *snapshot.Snapshot) { s.Sections = s.Sections[:2] }, `section "buffer" at byte 0: got no such section, want one`},
		{section(1, func(b []byte) []byte { return b[:8] }), `section "subscriber" at byte 0: got 8 bytes, want 16`},
		{section(1, func(b []byte) []byte { b[0] = 121; return b }), `section "subscriber" at byte 0: got 121, want at most 120, what was delivered`},
		{section(1, func(b []byte) []byte { b[8] = 2; return b }), `section "subscriber" at byte 8: got 2, want 0 or 1`},
		{section(2, func(b []byte) []byte { return b[:119] }), `section "buffer" at byte 0: got no frame (none), want whole frames`},
		{section(2, func(b []byte) []byte { return nil }), `section "buffer" at byte 0: got 0 bytes from 120 on, want the stream up to 240`},
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

func TestSnapshotsHaveTheSectionsThatRestoreKnows(t *testing.T) {
	var names []string
	for _, section := range subscriber(t, config).Snapshot("test").Sections {
		names = append(names, section.Name)
	}
	require.Equal(t, Sections(), names)
}

func TestDeliveriesThatAreNone(t *testing.T) {
	whole := append(appendHead(nil, Message, 30), frame(1, 10)...)
	_, err := ReadDelivery(whole)
	require.NoError(t, err)
	for _, b := range [][]byte{nil, whole[:8], whole[:20], append(bytes.Clone(whole), 0), make([]byte, 100)} {
		d, err := ReadDelivery(b)
		require.True(t, err != nil || d.Kind.String() == "kind 0")
	}
}

// busy is a machine's life: a message comes, and the one before is accepted and delivered, again
// and again.
func busy(tb testing.TB) *machinetest.Life[*Machine] {
	life := machinetest.NewLife(subscriber(tb, config))
	one := frame(1, 64)
	for i := range uint64(4096) {
		at := i * uint64(len(one))
		stream := wire.Stream{Offset: at, Committed: at, Frames: one}
		life.Step(int64(at), packet(leader, stream.Append(nil, header(1))))
		require.Equal(tb, at, life.Machine.Offset(), "the one before is delivered")
	}
	return life
}

func TestAStepAllocatesNothing(t *testing.T) { require.Zero(t, busy(t).Allocs()) }

func BenchmarkStep(b *testing.B) { busy(b).Bench(b) }

func BenchmarkClone(b *testing.B) {
	m := subscriber(b, config)
	m.Step(0, packet(leader, (&wire.Stream{Frames: frame(1, 10000)}).Append(nil, header(5))), nil)
	b.ReportAllocs()
	for b.Loop() {
		m.Clone()
	}
}
