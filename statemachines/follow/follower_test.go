package follow

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

func follower(tb testing.TB, config Config, offset uint64) Follower {
	tb.Helper()
	config.Stream = "aria"
	f, err := New(config, offset)
	require.NoError(tb, err)
	return f
}

var aria = wire.StreamID("aria")

func header(epoch uint64) wire.Header {
	return wire.Header{Version: wire.Latest, Stream: aria, Epoch: epoch}
}

// deliver hands a packet to a follower, as its owner does.
func deliver(f *Follower, now int64, from machine.Address, packet []byte) News {
	var p wire.Packet
	if !f.Open(&p, packet) {
		return News{}
	}
	return f.Take(now, from, &p)
}

func frame(sequence uint64, size int) []byte {
	return (&wire.Frame{Publisher: 1, Sequence: sequence, Payload: bytes.Repeat([]byte{byte(sequence)}, size)}).Append(nil)
}

func TestConfigsThatCannotBeAreRefused(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   string
	}{
		{Config{Version: 3}, "follow: Version is 3, want at most 2, or 0 for that"},
		{Config{AskEvery: -1}, "follow: AskEvery is -1, want at least 1, or 0 for the default"},
		{Config{LookupEvery: -2}, "follow: LookupEvery is -2, want at least 1, or 0 for the default"},
		{Config{QuietMax: -3}, "follow: QuietMax is -3, want at least 1, or 0 for the default"},
	} {
		_, err := New(c.config, 0)
		require.EqualError(t, err, c.want)
	}
}

// A world is a stream of several epochs, servers that have all of it, and a network that
// drops, doubles, delays and cuts.
type world struct {
	t         *rapid.T
	history   []byte
	committed int
	epoch     uint64
	start     int
	sequence  uint64
	sent      [][]byte // packets that may come yet, or again
	now       int64
}

func (w *world) send(b interface {
	Append([]byte, wire.Header) []byte
}) {
	w.sent = append(w.sent, b.Append(nil, header(w.epoch)))
}

// publish adds a frame, and tells everybody.
func (w *world) publish() {
	w.sequence++
	at := len(w.history)
	w.history = append(w.history, frame(w.sequence, rapid.IntRange(0, 300).Draw(w.t, "size"))...)
	w.send(&wire.Stream{Start: uint64(w.start), Offset: uint64(at), Committed: uint64(w.committed), Frames: w.history[at:]})
}

// commit accepts all that there is, and says so.
func (w *world) commit() {
	w.committed = len(w.history)
	w.heartbeat()
}

func (w *world) heartbeat() {
	w.send(&wire.Stream{Start: uint64(w.start), Offset: uint64(len(w.history)), Committed: uint64(w.committed)})
}

// fail begins an epoch, whose leader has some of the frames that were not accepted.
func (w *world) fail() {
	size := w.committed
	for size < len(w.history) && rapid.Bool().Draw(w.t, "seen") {
		_, n, _ := wire.NextFrame(w.history[size:])
		size += n
	}
	w.history, w.start = w.history[:size], size
	w.epoch++
	w.heartbeat()
}

// serve answers a request as a server does, with answers as short as it likes.
func (w *world) serve(data []byte, longest int) {
	var p wire.Packet
	var r wire.Request
	if p.Open(data, wire.Latest, wire.StreamID("aria")).Reason != wire.None || p.Kind != wire.KindRequest || r.Decode(&p).Reason != wire.None {
		w.t.Fatalf("sent %v, which is no request", p.Kind)
	}
	bounds := wire.Bounds{Start: uint64(w.start), Tail: uint64(len(w.history)), Committed: uint64(w.committed)}
	switch tail := uint64(len(w.history)); {
	case p.Epoch != w.epoch:
		w.send(&wire.Refusal{Offset: r.Offset, Bounds: bounds, Reason: wire.WrongEpoch})
	case r.Offset > tail:
		w.send(&wire.Refusal{Offset: r.Offset, Bounds: bounds, Reason: wire.Future})
	default:
		n := min(uint64(r.Length), uint64(longest), tail-r.Offset)
		w.send(&wire.Answer{Offset: r.Offset, Bounds: bounds, Data: w.history[r.Offset : r.Offset+n]})
	}
}

// A follower has the stream's bytes and no others, whatever the network does; what is
// committed is never forgotten; and once the network is well, it has all.
func TestAFollowerHasTheStream(t *testing.T) {
	server := machine.At(1, 2)
	rapid.Check(t, func(t *rapid.T) {
		w := &world{t: t, epoch: 1, history: []byte{}}
		config := Config{Stream: "aria", Servers: []Server{{server, wire.Tip}}}
		f, err := New(config, 0)
		require.NoError(t, err)
		have := []byte{}
		step := func(packet []byte) {
			if packet != nil {
				committed := f.Committed()
				news := deliver(&f, w.now, server, packet)
				if news.Truncated {
					require.GreaterOrEqual(t, news.Offset, committed)
					have = have[:news.Offset]
				}
				require.Equal(t, uint64(len(have)), news.Offset)
				have = append(have, news.Frames...)
				require.Equal(t, uint64(len(have)), f.Tail())
				require.LessOrEqual(t, f.Committed(), uint64(w.committed))
				require.Equal(t, w.history[:f.Committed()], have[:f.Committed()])
			}
			for _, o := range f.Ask(w.now, nil) {
				w.serve(o.Data, rapid.IntRange(1, 400).Draw(t, "longest"))
			}
		}
		take := func(i int, stays bool) {
			packet := w.sent[i]
			if !stays {
				w.sent = append(w.sent[:i], w.sent[i+1:]...)
			}
			step(packet)
		}
		t.Repeat(map[string]func(*rapid.T){
			"publish": func(*rapid.T) { w.publish() },
			"commit":  func(*rapid.T) { w.commit() },
			"fail":    func(*rapid.T) { w.fail() },
			"take": func(t *rapid.T) {
				if len(w.sent) > 0 {
					take(rapid.IntRange(0, len(w.sent)-1).Draw(t, "which"), rapid.Bool().Draw(t, "again"))
				}
			},
			"damage": func(t *rapid.T) {
				if len(w.sent) > 0 {
					packet := bytes.Clone(w.sent[rapid.IntRange(0, len(w.sent)-1).Draw(t, "which")])
					packet[rapid.IntRange(0, len(packet)-1).Draw(t, "byte")] ^= 1
					before := f.AppendState(nil)
					require.Empty(t, deliver(&f, w.now, server, packet).Frames)
					require.Equal(t, before, f.AppendState(nil))
				}
			},
			"tick": func(t *rapid.T) {
				w.now += rapid.Int64Range(0, 30*millisecond).Draw(t, "ns")
				step(nil)
			},
			"restore": func(t *rapid.T) {
				state := f.AppendState(nil)
				again, err := Restore(config, f.Snapshot("test", "test", f.Tail()))
				require.NoError(t, err)
				require.Equal(t, state, again.AppendState(nil))
				f = again
			},
		})
		// The network is well, and packets that are under way come in their order.
		w.commit()
		for range 3000 {
			if epoch, _ := f.Epoch(); epoch == w.epoch && uint64(len(w.history)) == f.Committed() {
				break
			}
			if len(w.sent) > 0 {
				take(0, false)
				continue
			}
			next, _ := f.Next()
			w.now = max(w.now, next)
			step(nil)
		}
		require.Equal(t, w.history, have)
	})
}

// A copy goes its own way.
func TestACloneSharesNothingThatChanges(t *testing.T) {
	f := follower(t, Config{Servers: []Server{{machine.At(1, 2), wire.Tip}}}, 0)
	f.Ask(0, nil)
	whole := append(frame(1, 100), frame(2, 100)...)
	answer := func(from, to int) []byte {
		return (&wire.Answer{Offset: uint64(from), Bounds: wire.Bounds{Tail: uint64(len(whole))}, Data: whole[from:to]}).Append(nil, header(1))
	}
	deliver(&f, 0, machine.At(1, 2), answer(0, 50))
	c := f.Clone()
	require.Equal(t, f.AppendState(nil), c.AppendState(nil))
	deliver(&f, 0, machine.At(1, 2), answer(50, 130))
	before := c.AppendState(nil)
	require.Equal(t, whole[:120], deliver(&c, 0, machine.At(1, 2), answer(50, 130)).Frames)
	require.Equal(t, f.AppendState(nil), c.AppendState(nil))
	require.NotEqual(t, before, c.AppendState(nil))
}

// Packets of kinds that aren't for followers, servers from somebody else, and lies.
func TestWhatIsNotForItChangesNothingButACount(t *testing.T) {
	f := follower(t, Config{Discovery: []machine.Address{machine.At(1, 9)}}, 0)
	from := machine.At(1, 2)
	deliver(&f, 0, from, (&wire.Stream{Committed: 120, Frames: frame(1, 100)}).Append(nil, header(5)))
	before := f.AppendState(nil)
	answer := wire.Answer{Offset: 120, Bounds: wire.Bounds{Tail: 130}, Data: frame(2, 10)}
	for _, packet := range [][]byte{
		(&wire.Inject{}).Append(nil, header(5)),
		(&wire.Lookup{}).Append(nil, header(5)),
		(&wire.Found{}).Append(nil, header(5)),
		(&wire.Refusal{Reason: wire.TooOld}).Append(nil, header(6)),
		(&wire.Stream{Offset: 120, Frames: frame(2, 10)}).Append(nil, header(4)),
		(&wire.Stream{Offset: 120, Frames: frame(2, 10)}).Append(nil, header(0)),
		(&wire.Stream{Start: 1, Offset: 120, Frames: frame(2, 10)}).Append(nil, header(5)),
		(&wire.Stream{Start: 119, Offset: 120, Frames: frame(2, 10)}).Append(nil, header(6)),
		(&wire.Stream{Start: 120, Offset: 120, Frames: frame(2, 10)[:29]}).Append(nil, header(6)),
		(&wire.Stream{Offset: 110, Frames: frame(2, 10)}).Append(nil, header(5)),
		(&wire.Stream{Offset: math.MaxUint64, Frames: frame(2, 10)}).Append(nil, header(5)),
		answer.Append(nil, header(5)),
		(&wire.Answer{Offset: 120, Bounds: wire.Bounds{First: 121, Tail: 150}, Data: frame(2, 10)}).Append(nil, header(5)),
	} {
		require.Empty(t, deliver(&f, 0, from, packet).Frames)
		require.Equal(t, before, f.AppendState(nil))
	}
	want := Counts{WrongEpoch: 2, Untrue: 4, Unwanted: 4}
	want.Faults[wire.BadFrame], want.Faults[wire.BadBody] = 2, 1
	require.Equal(t, want, *f.Counts())
}

func TestStatesThatCannotBeAreRefused(t *testing.T) {
	f := follower(t, Config{Servers: []Server{{machine.At(1, 2), wire.Tip}}}, 100)
	for _, c := range []struct {
		change func([]byte) []byte
		want   string
	}{
		{func(b []byte) []byte { return b[:135] }, `section "follow" at byte 0: got 135 bytes, want at least 136`},
		{set(8*2, 200), `section "follow" at byte 24: got tail 100, want at least 200`},
		{set(8*8+7, 0x80), `section "follow" at byte 64: got -9223372036854775808, want a time of 0 or later`},
		{set(8*14, 16), `section "follow" at byte 112: got 16, want at most 15`},
		{set(8*16, 2), `section "follow" at byte 128: got 2 servers, want at most 1`},
		{set(136+5, 1), `section "follow" at byte 136: got 0x10100010002, want an address and a service`},
		{set(136+16, 8), `section "follow" at byte 152: got 8, want at most 7`},
		{func(b []byte) []byte { return append(b, frame(1, 1)...) }, `section "follow" at byte 160: got frames, or none, want the beginning of one`},
	} {
		s := f.Snapshot("test", "test", 100)
		s.Sections[0] = snapshot.PlainSection(Section, c.change(s.Sections[0].Stored))
		_, err := Restore(*f.config, s)
		require.EqualError(t, err, c.want)
		var refused *StateError
		require.ErrorAs(t, err, &refused)
	}
}

func TestSnapshotsOfOthersAreRefused(t *testing.T) {
	f := follower(t, Config{}, 100)
	s := f.Snapshot("test", "test", 100)
	_, err := Restore(Config{Stream: "other"}, s)
	require.EqualError(t, err, `section "follow" at byte 0: got stream "aria", want stream "other"`)
	s.Epoch = 7
	_, err = Restore(Config{Stream: "aria", EpochMax: 6}, s)
	require.EqualError(t, err, `section "follow" at byte 0: got epoch 7, want at most 6, the last that was granted`)
	_, err = Restore(Config{Stream: "aria", EpochMax: 7}, s)
	require.NoError(t, err)
	_, err = Restore(Config{Stream: "aria"}, s)
	require.NoError(t, err, "nobody knows which was the last")
	s.Sections = nil
	_, err = Restore(Config{Stream: "aria"}, s)
	require.EqualError(t, err, `section "follow" at byte 0: got no such section, want one`)
}

func set(at int, to byte) func([]byte) []byte {
	return func(b []byte) []byte { b[at] = to; return b }
}

func TestTheServersOfANewConfigurationCount(t *testing.T) {
	tip, replicator := Server{machine.At(1, 2), wire.Tip}, Server{machine.At(1, 3), wire.Replicator}
	f := follower(t, Config{Servers: []Server{tip}}, 100)
	again, err := Restore(Config{Stream: "aria", Servers: []Server{replicator}}, f.Snapshot("test", "test", 100))
	require.NoError(t, err)
	require.Equal(t, []server{{Server: replicator, static: true}}, again.asking.servers)
}

// busy is a follower, and a step of its life: a packet of the stream, and one in ten is lost
// and asked for.
func busy(tb testing.TB) func() {
	server := machine.At(1, 2)
	f := follower(tb, Config{Servers: []Server{{server, wire.Tip}}}, 0)
	one := frame(1, 64)
	packet, buf := make([]byte, 0, 1024), make([]machine.Output, 0, 4)
	var n uint64
	return func() {
		n++
		at := f.Tail()
		if n%10 == 0 {
			lost := wire.Stream{Offset: at + uint64(len(one)), Committed: at}
			packet = lost.Append(packet[:0], header(1))
			deliver(&f, int64(n), server, packet)
			buf = f.Ask(int64(n), buf[:0])
			answer := wire.Answer{Offset: at, Bounds: wire.Bounds{Tail: at + uint64(len(one)), Committed: at}, Data: one}
			packet = answer.Append(packet[:0], header(1))
		} else {
			packet = (&wire.Stream{Offset: at, Committed: at, Frames: one}).Append(packet[:0], header(1))
		}
		if len(deliver(&f, int64(n), server, packet).Frames) != len(one) {
			panic(fmt.Sprintf("step %d: the frame at %d was not taken", n, at))
		}
		buf = f.Ask(int64(n), buf[:0])
	}
}

func TestAStepAllocatesNothing(t *testing.T) {
	step := busy(t)
	for range 1000 {
		step()
	}
	require.Zero(t, testing.AllocsPerRun(1000, step))
}

// BenchmarkStep is with the writing of the packet.
func BenchmarkStep(b *testing.B) {
	step := busy(b)
	b.ReportAllocs()
	for b.Loop() {
		step()
	}
}

func BenchmarkClone(b *testing.B) {
	f := follower(b, Config{Servers: make([]Server, 6)}, 0)
	b.ReportAllocs()
	for b.Loop() {
		c := f.Clone()
		c.now++
	}
}
