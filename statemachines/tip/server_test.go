package tip

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

var (
	leader = machine.At(1, 1)
	asker  = machine.At(2, 7)
	aria   = wire.StreamID("aria")
)

func serverConfig() ServerConfig {
	limits := Limits{Rate: 1_000_000, Burst: 200, AnswerMax: 60}
	return ServerConfig{
		Self: machine.At(1, 3), AdvertEvery: second, Discovery: []machine.Address{machine.At(1, 8)},
		Tip:    Config{Stream: "aria", Capacity: 100, Local: limits, Remote: limits, StepMax: 2, QueueMax: 4},
		Follow: follow.Config{Servers: []follow.Server{{Address: leader, Service: wire.Replicator}}},
	}
}

func server(tb testing.TB, config ServerConfig) *Server {
	tb.Helper()
	s, err := NewServer(config, 0)
	require.NoError(tb, err)
	return s
}

func packet(from machine.Address, data []byte) machine.Input {
	return machine.Input{Kind: machine.Packet, From: from, Data: data}
}

func wireHeader(epoch uint64) wire.Header {
	return wire.Header{Version: wire.Latest, Stream: aria, Epoch: epoch}
}

func TestServerConfigsThatCannotBeAreRefused(t *testing.T) {
	for _, c := range []struct {
		config ServerConfig
		want   string
	}{
		{ServerConfig{AdvertEvery: -1}, "tip: AdvertEvery is -1, want at least 1, or 0 for the default"},
		{ServerConfig{Tip: Config{Remote: Limits{AnswerMax: 65_001}}}, "tip: AnswerMax is 65001, want at most 65000, which fits into a packet"},
		{ServerConfig{Tip: Config{Capacity: -1}}, "tip: Capacity is -1, want at least 1, or 0 for the default"},
		{ServerConfig{Version: 9}, "follow: Version is 9, want at most 2, or 0 for that"},
	} {
		_, err := NewServer(c.config, 0)
		require.EqualError(t, err, c.want)
	}
}

func TestWrongPacketsChangeNothingInAServer(t *testing.T) {
	s := server(t, serverConfig())
	frames := machinetest.Frames("1:1:abc+1:2:d+1:3:efg")
	s.Step(0, packet(leader, (&wire.Stream{Frames: frames[:23], Committed: 5}).Append(nil, wireHeader(1))), nil)
	h := wireHeader(1)
	machinetest.Refuses(t, s, 0, leader,
		(&wire.Stream{Offset: 23, Committed: 5, Frames: frames[23:]}).Append(nil, h),
		(&wire.Answer{Offset: 23, Bounds: wire.Bounds{Tail: 99}, Data: frames[23:]}).Append(nil, h),
		(&wire.Refusal{Reason: wire.Busy}).Append(nil, h),
		(&wire.Request{Length: 5}).Append(nil, h))
	before := s.Snapshot("test")
	for _, b := range [][]byte{
		(&wire.Stream{Frames: frames[:23], Committed: 5}).Append(nil, h),                          // replayed
		(&wire.Stream{Offset: 23, Frames: frames[23:], Committed: 40}).Append(nil, wireHeader(0)), // of another epoch
		(&wire.Inject{Publisher: 1, Sequence: 1}).Append(nil, h),                                  // for others
		(&wire.Stored{Tail: 5}).Append(nil, h),
		(&wire.Advert{Service: wire.Tip}).Append(nil, h),
		(&wire.Lookup{}).Append(nil, h),
		(&wire.Found{}).Append(nil, h),
	} {
		require.Empty(t, s.Step(0, packet(asker, b), nil))
		require.Equal(t, before, s.Snapshot("test"), "%v", wire.Kind(b[4]))
	}
	require.Empty(t, s.Step(0, machine.Input{Kind: machine.Command, Data: []byte("hello")}, nil))
	require.Equal(t, uint64(1), s.Counts().Commands)
}

// Copies, and servers that are restored, go on as the first, which takes no notice.
func TestCopiesOfAServerGoOnAsTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := NewServer(serverConfig(), 0)
		require.NoError(t, err)
		d := &streamDriver{t: t, epoch: 1}
		for range rapid.IntRange(0, 30).Draw(t, "before") {
			machinetest.Alike(t, d.now, d.draw(s), s)
		}
		again, err := RestoreServer(serverConfig(), s.Snapshot("test"))
		require.NoError(t, err)
		twin := s.Clone()
		for range rapid.IntRange(1, 20).Draw(t, "after") {
			machinetest.Alike(t, d.now, d.draw(s), s, twin, again)
		}
		other, before := s.Clone(), s.Snapshot("test")
		for range 10 {
			machinetest.Alike(t, d.now, d.draw(other), other)
		}
		require.Equal(t, before, s.Snapshot("test"))
	})
}

// A streamDriver draws what happens to a server.
type streamDriver struct {
	t            *rapid.T
	now          int64
	epoch, start uint64
}

func (d *streamDriver) draw(s *Server) machine.Input {
	number := func(from, to uint64) uint64 { return rapid.Uint64Range(from, to).Draw(d.t, "number") }
	d.now += int64(number(0, second/100))
	tail := s.Machine().Bounds().Tail
	switch number(0, 6) {
	case 0:
		d.epoch += number(1, 2)
		d.start = max(s.Committed(), tail-min(tail, number(0, 30)))
		fallthrough
	case 1, 2, 3:
		frame := wire.Frame{Publisher: 1, Sequence: number(1, 9), Payload: []byte("payload")[:number(0, 7)]}
		return packet(leader, (&wire.Stream{Start: d.start, Offset: tail + 21*(number(0, 3)/3), Committed: tail, Frames: frame.Append(nil), Time: d.now}).Append(nil, wireHeader(d.epoch)))
	case 4, 5:
		return packet(asker, (&wire.Request{Offset: tail - min(tail, number(0, 150)) + number(0, 1), Length: uint32(number(0, 99))}).Append(nil, wireHeader(d.epoch)))
	}
	return machine.Input{}
}

func TestSnapshotsOfOthersAreRefusedByServers(t *testing.T) {
	config := serverConfig()
	config.Follow.EpochMax = 1 << 40
	for _, c := range []struct {
		change func(*snapshot.Snapshot)
		want   string
	}{
		{func(s *snapshot.Snapshot) { s.Stream = "air" }, `tip: got a snapshot of stream "air", want "aria"`},
		{func(s *snapshot.Snapshot) { s.Service = "sequencer" }, `tip: got a snapshot of service "sequencer", want "tip"`},
		{func(s *snapshot.Snapshot) { s.Epoch = 1<<40 + 1 }, `tip: got a snapshot of epoch 1099511627777, want at most 1099511627776, the last that was granted`},
		{func(s *snapshot.Snapshot) { s.Version = 3 }, "tip: snapshot 00000000000000000000.snap: unknown version: at byte 8: got 3, want 1 to 2"},
	} {
		kept := server(t, serverConfig()).Snapshot("test")
		c.change(kept)
		_, err := RestoreServer(config, kept)
		require.EqualError(t, err, c.want)
		_, err = RestartServer(config, kept)
		require.EqualError(t, err, c.want)
	}
	kept := server(t, serverConfig()).Snapshot("test")
	for i, section := range kept.Sections {
		if section.Name == serverSection {
			kept.Sections[i] = snapshot.PlainSection(serverSection, snapshot.Words(5, 0))
		}
	}
	_, err := RestoreServer(serverConfig(), kept)
	require.EqualError(t, err, `tip: section "server" at byte 0: got tail 5, want 0, where the follower is`)
	kept.Sections = kept.Sections[:4]
	_, err = RestoreServer(serverConfig(), kept)
	require.EqualError(t, err, `tip: section "server" at byte 0: got no such section, want one`)
	s, err := RestartServer(serverConfig(), nil)
	require.NoError(t, err)
	require.Zero(t, s.Machine().Bounds().Tail)
}

// busyServer is a server's life: a message, and a request for it, again and again.
func busyServer(tb testing.TB) *machinetest.Life[*Server] {
	config := ServerConfig{Self: machine.At(1, 3), Tip: Config{Stream: "aria", Capacity: 64 << 10, Local: Limits{Rate: 1 << 60}, Remote: Limits{Rate: 1 << 60}}}
	s := server(tb, config)
	frame := wire.Frame{Publisher: 1, Sequence: 1, Payload: make([]byte, 64)}
	b := frame.Append(nil)
	life := machinetest.NewLife(s)
	for range 4096 {
		tail := s.Machine().Bounds().Tail
		life.Step(0, packet(leader, (&wire.Stream{Offset: tail, Frames: b, Committed: tail}).Append(nil, wireHeader(1))))
		life.Step(0, packet(asker, (&wire.Request{Offset: tail, Length: 84}).Append(nil, wireHeader(1))))
	}
	require.NotZero(tb, s.Machine().Bounds().First, "the ring has turned over")
	return life
}

func TestAStepOfAServerAllocatesNothing(t *testing.T) { require.Zero(t, busyServer(t).Allocs()) }

func BenchmarkServerStep(b *testing.B) { busyServer(b).Bench(b) }

func BenchmarkServerClone(b *testing.B) {
	s := busyServer(b).Machine
	b.ReportAllocs()
	for b.Loop() {
		s.Clone()
	}
}

// Whatever is in its inputs, a server takes them, and its state can be kept and brought back.
func TestNothingMakesAServerPanic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := NewServer(serverConfig(), 0)
		require.NoError(t, err)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			b := s.Machine().Bounds()
			in := machinetest.Wild(t, aria, s.Machine().Epoch(), b.First, b.Tail, s.Committed())
			machinetest.Alike(t, rapid.Int64().Draw(t, "now"), in, s, s.Clone())
			_, err := RestoreServer(serverConfig(), s.Snapshot("test"))
			require.NoError(t, err)
		}
	})
}
