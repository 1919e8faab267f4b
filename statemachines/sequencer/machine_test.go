package sequencer

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/machine/machinetest"
	"battle.test/statemachines/serve"
	"battle.test/statemachines/wire"
)

var (
	here       = machine.At(1, 1)
	other      = machine.At(1, 2)
	publisher1 = machine.At(1, 9)
)

func fresh(tb testing.TB, config Config) *Machine {
	tb.Helper()
	config.Stream, config.Self = "aria", here
	m, err := New(config)
	require.NoError(tb, err)
	return m
}

// granted is a machine that took a grant, on its disk.
func granted(tb testing.TB, config Config, g Grant) *Machine {
	m := fresh(tb, config)
	m.Step(0, machine.Input{Kind: machine.Command, Data: g.Append(nil)}, nil)
	m.Step(0, machine.Input{Kind: machine.Synced, Length: m.JournalLength()}, nil)
	return m
}

var aria = wire.StreamID("aria")

func header(epoch uint64) wire.Header {
	return wire.Header{Version: wire.Latest, Stream: aria, Epoch: epoch}
}

func inject(id, sequence uint64, payload string) []byte {
	return (&wire.Inject{Publisher: id, Sequence: sequence, Payload: []byte(payload)}).Append(nil, header(1))
}

func packet(from machine.Address, data []byte) machine.Input {
	return machine.Input{Kind: machine.Packet, From: from, Data: data}
}

func TestConfigsThatCannotBeAreRefused(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   string
	}{
		{Config{HeartbeatEvery: -1}, "sequencer: HeartbeatEvery is -1, want at least 1, or 0 for the default"},
		{Config{PublishersMax: -1}, "sequencer: PublishersMax is -1, want at least 1, or 0 for the default"},
		{Config{Self: machine.Everybody(1)}, "sequencer: Self is r1*, want the address of a host"},
		{Config{Version: 9}, "sequencer: Version is 9, want at most 2, or 0 for that"},
		{Config{UncommittedMax: 10}, "sequencer: UncommittedMax is 10, want at least 65020, the longest frame, or 0 for the default"},
		{Config{Publisher: serve.Rate{Burst: 1 << 40}}, "serve: a burst of 1099511627776 bytes, want at most 4294967296"},
		{Config{Requests: serve.Limits{AnswerMax: -1}}, "serve: AnswerMax is -1, want at most 65000, or 0 for the default"},
		{Config{Follow: follow.Config{QuietMax: -1}}, "follow: QuietMax is -1, want at least 1, or 0 for the default"},
	} {
		_, err := New(c.config)
		require.EqualError(t, err, c.want)
	}
}

// machinesOfAllRoles are a machine in each role, with something in its stream.
func machinesOfAllRoles(t *testing.T) map[Role]*Machine {
	idle := fresh(t, Config{})
	taking := fresh(t, Config{})
	taking.Step(0, machine.Input{Kind: machine.Command, Data: (&Grant{LeadAlone, 0, 1, 0}).Append(nil)}, nil)
	leading := granted(t, Config{}, Grant{LeadPaired, other, 1, 0})
	leading.Step(0, packet(publisher1, inject(1, 1, "abc")), nil)
	standing := granted(t, Config{}, Grant{StandBy, other, 1, 0})
	standing.Step(0, packet(other, (&wire.Stream{Frames: machinetest.Frames("1:1:abc+1:2:d"), Committed: 23}).Append(nil, header(1))), nil)
	return map[Role]*Machine{Idle: idle, Taking: taking, Leading: leading, Standing: standing}
}

// onePacketOfEachKind are packets that are right by themselves.
func onePacketOfEachKind(epoch uint64) [][]byte {
	h, frames := header(epoch), machinetest.Frames("1:1:abc+1:2:d+1:3:efg")
	return [][]byte{
		(&wire.Inject{Publisher: 1, Sequence: 2, Payload: []byte("payload")}).Append(nil, h),
		(&wire.Injected{Publisher: 1, Last: 2}).Append(nil, h),
		(&wire.Stream{Offset: 0, Committed: 5, Frames: frames}).Append(nil, h),
		(&wire.Request{Offset: 0, Length: 5}).Append(nil, h),
		(&wire.Answer{Offset: 0, Bounds: wire.Bounds{Tail: 99}, Data: frames}).Append(nil, h),
		(&wire.Refusal{Offset: 0, Reason: wire.Busy}).Append(nil, h),
		(&wire.Stored{Tail: 23}).Append(nil, h),
		(&wire.Advert{Service: wire.Tip}).Append(nil, h),
		(&wire.Lookup{}).Append(nil, h),
		(&wire.Found{}).Append(nil, h),
	}
}

func TestWrongPacketsChangeNothingInAnyRole(t *testing.T) {
	for role, m := range machinesOfAllRoles(t) {
		got, _ := m.Role()
		require.Equal(t, role, got)
		machinetest.Refuses(t, m, 0, other, onePacketOfEachKind(1)...)
	}
}

// Packets of another epoch, of kinds for others, and those that were taken before, change
// nothing but counts, even where they are answered.
func TestReplayedAndMisplacedPacketsChangeNothing(t *testing.T) {
	for role, m := range machinesOfAllRoles(t) {
		var packets [][]byte
		for _, b := range onePacketOfEachKind(0) { // a request takes from its client's bucket
			if wire.Kind(b[4]) != wire.KindRequest {
				packets = append(packets, b)
			}
		}
		switch role {
		case Leading:
			packets = append(packets, inject(1, 1, "abc"), inject(1, 9, "abc"), (&wire.Stored{Tail: 0}).Append(nil, header(1)))
		case Standing:
			packets = append(packets, (&wire.Stream{Frames: machinetest.Frames("1:1:abc+1:2:d"), Committed: 23}).Append(nil, header(1)))
		}
		before := m.Snapshot("test")
		for _, b := range packets {
			m.Step(0, packet(other, b), nil)
			require.Equal(t, before, m.Snapshot("test"), "%v: %v", role, wire.Kind(b[4]))
		}
	}
}

func TestTheLastOffsetIsNeverPassed(t *testing.T) {
	m := granted(t, Config{}, Grant{LeadAlone, 0, 1, 0})
	m.history = newHistory(1<<64 - 24)
	m.committed = 1<<64 - 24
	text := func(b []byte) string {
		out := m.Step(0, packet(publisher1, b), nil)
		require.Len(t, out, 1)
		return machinetest.Show(out[0].Data, wire.Latest, m.stream)
	}
	require.Contains(t, text(inject(1, 1, "four")), "too-long")
	require.Len(t, m.Step(0, packet(publisher1, inject(1, 1, "abc")), nil), 2)
	require.Contains(t, text(inject(1, 2, "")), "too-long")
}

// What a machine does depends on its state alone: a copy, and one that is restored from
// a snapshot, go on as the first does, and the first takes no notice.
func TestCopiesGoOnAsTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		config := Config{
			Stream: "aria", Self: here, RetainMin: 100, HeartbeatEvery: 1000, Publisher: serve.Rate{PerSecond: 100_000_000, Burst: 60},
			Requests: serve.Limits{Rate: 100_000_000, Burst: 50},
		}
		m, err := New(config)
		require.NoError(t, err)
		d := &driver{t: t}
		for range rapid.IntRange(0, 40).Draw(t, "before") {
			d.step(m)
		}
		twin := m.Clone()
		again, err := Restore(config, m.Snapshot("test"))
		require.NoError(t, err)
		require.Equal(t, m.Snapshot("test"), twin.Snapshot("test"))
		require.Equal(t, m.Snapshot("test"), again.Snapshot("test"))
		for range rapid.IntRange(1, 20).Draw(t, "after") {
			d.step(m, twin, again)
			require.Equal(t, m.Snapshot("test"), twin.Snapshot("test"))
			require.Equal(t, m.Snapshot("test"), again.Snapshot("test"))
		}
		before := m.Snapshot("test")
		for range 20 {
			d.step(twin)
		}
		require.Equal(t, before, m.Snapshot("test"))
	})
}

// A driver draws what happens to machines.
type driver struct {
	t   *rapid.T
	now int64
}

func (d *driver) step(machines ...*Machine) {
	m := machines[0]
	_, epoch := m.Role()
	number := func(from, to uint64) uint64 { return rapid.Uint64Range(from, to).Draw(d.t, "number") }
	d.now += int64(number(0, 500))
	in := machine.Input{}
	switch number(0, 9) {
	case 0:
		g := Grant{Duty: Duty(number(1, 3)), Epoch: m.heard + number(0, 2), After: m.whole}
		if g.Duty != LeadAlone {
			g.Other = other
		}
		in = machine.Input{Kind: machine.Command, Data: g.Append(nil)}
	case 1, 2:
		in = machine.Input{Kind: machine.Synced, Length: m.disk.synced + number(0, m.JournalLength()-m.disk.synced)}
	case 3:
		in = packet(other, (&wire.Stored{Tail: number(0, m.history.tail()+1)}).Append(nil, header(epoch)))
	case 4:
		in = packet(publisher1, (&wire.Request{Offset: number(0, m.history.tail()+1), Length: uint32(number(0, 50))}).Append(nil, header(epoch)))
	case 5, 6:
		id := number(1, 3)
		frame := wire.Frame{Publisher: id, Sequence: m.history.publishers.last(id) + 1, Payload: []byte("payload")[:number(0, 7)]}
		s := wire.Stream{Start: m.start, Offset: m.history.tail() + number(0, 1), Committed: m.committed, Frames: frame.Append(nil)}
		in = packet(other, s.Append(nil, header(m.heard+number(0, 9)/9)))
	case 7, 8:
		id := number(1, 3)
		in = packet(publisher1, (&wire.Inject{Publisher: id, Sequence: m.history.publishers.last(id) + number(0, 2), Payload: []byte("payload")}).Append(nil, header(epoch)))
	}
	want := m.Step(d.now, in, nil)
	for _, one := range machines[1:] {
		require.Equal(d.t, want, one.Step(d.now, in, nil))
	}
}

// busyLeader is the life of a paired leader: a message, and what disk and standby say, again
// and again.
func busyLeader(tb testing.TB) *machinetest.Life[*Machine] {
	m := granted(tb, Config{RetainMin: 64 << 10, Publisher: serve.Rate{PerSecond: 1 << 60, Burst: 1 << 30}}, Grant{LeadPaired, other, 1, 0})
	life := machinetest.NewLife(m)
	in := wire.Inject{Publisher: 1, Payload: make([]byte, 64)}
	for range 4096 {
		in.Sequence++
		life.Step(0, packet(publisher1, in.Append(nil, header(1))))
		life.Step(0, machine.Input{Kind: machine.Synced, Length: m.JournalLength()})
		life.Step(0, packet(other, (&wire.Stored{Tail: m.history.tail()}).Append(nil, header(1))))
	}
	first, tail, committed := m.Bounds()
	require.NotZero(tb, first, "it forgets")
	require.Equal(tb, tail, committed)
	return life
}

func TestAStepAllocatesNothing(t *testing.T) { require.Zero(t, busyLeader(t).Allocs()) }

func BenchmarkStep(b *testing.B) { busyLeader(b).Bench(b) }

func BenchmarkInject(b *testing.B) {
	m := granted(b, Config{RetainMin: 64 << 10, UncommittedMax: 1 << 40, Publisher: serve.Rate{PerSecond: 1 << 60, Burst: 1 << 30}}, Grant{LeadAlone, 0, 1, 0})
	out := make([]machine.Output, 0, 64)
	in := wire.Inject{Publisher: 1, Payload: make([]byte, 64)}
	const batch = 1024
	packets := make([][]byte, batch)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i += batch {
		b.StopTimer()
		for k := range packets {
			in.Sequence++
			packets[k] = in.Append(packets[k][:0], header(1))
		}
		b.StartTimer()
		for _, p := range packets {
			out = m.Step(0, packet(publisher1, p), out[:0])
		}
		out = m.Step(0, machine.Input{Kind: machine.Synced, Length: m.JournalLength()}, out[:0])
	}
}

func BenchmarkHeartbeat(b *testing.B) {
	m := granted(b, Config{}, Grant{LeadAlone, 0, 1, 0})
	out := make([]machine.Output, 0, 64)
	var now int64
	b.ReportAllocs()
	for b.Loop() {
		now += second
		out = m.Step(now, machine.Input{}, out[:0])
	}
}

func BenchmarkClone(b *testing.B) {
	m := busyLeader(b).Machine
	b.ReportAllocs()
	for b.Loop() {
		m.Clone()
	}
}

// Whatever is in its inputs, a machine takes them, and its state can be kept and brought back.
func TestNothingMakesItPanic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		config := Config{Stream: "aria", Self: here, RetainMin: 10, HeartbeatEvery: 10}
		m, err := New(config)
		require.NoError(t, err)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			in := machinetest.Wild(t, aria, m.heard, m.history.tail(), m.committed, m.JournalLength(), m.start)
			if rapid.IntRange(0, 5).Draw(t, "grant") == 0 {
				g := Grant{Duty: Duty(rapid.IntRange(1, 3).Draw(t, "duty")), Epoch: m.heard + 1, After: m.whole}
				if g.Duty != LeadAlone {
					g.Other = other
				}
				in = machine.Input{Kind: machine.Command, Data: g.Append(nil)}
			}
			now := rapid.Int64().Draw(t, "now")
			machinetest.Alike(t, now, in, m, m.Clone())
			_, err := Restore(config, m.Snapshot("test"))
			require.NoError(t, err)
		}
	})
}
