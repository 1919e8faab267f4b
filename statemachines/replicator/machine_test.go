package replicator

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"battle.test/statemachines/follow"
	"battle.test/statemachines/journal"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/machine/machinetest"
	"battle.test/statemachines/serve"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

var (
	leader = machine.At(1, 1)
	asker  = machine.At(2, 7)
	aria   = wire.StreamID("aria")
)

var testConfig = Config{
	Stream: "aria", Self: machine.At(2, 5), Resend: true, Requests: serve.Limits{Rate: 1_000_000, Burst: 200, AnswerMax: 60},
	Discovery: []machine.Address{machine.At(2, 8)},
	Follow:    follow.Config{Servers: []follow.Server{{Address: leader, Service: wire.Replicator}}},
}

func fresh(t require.TestingT) *Machine {
	m, err := New(testConfig)
	require.NoError(t, err)
	return m
}

func packet(from machine.Address, data []byte) machine.Input {
	return machine.Input{Kind: machine.Packet, From: from, Data: data}
}

func header(epoch uint64) wire.Header {
	return wire.Header{Version: wire.Latest, Stream: aria, Epoch: epoch}
}

func TestConfigsThatCannotBeAreRefused(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   string
	}{
		{Config{AdvertEvery: -1}, "replicator: AdvertEvery is -1, want at least 1, or 0 for the default"},
		{Config{Requests: serve.Limits{AnswerMax: -1}}, "serve: AnswerMax is -1, want at most 65000, or 0 for the default"},
		{Config{Version: 9}, "follow: Version is 9, want at most 2, or 0 for that"},
	} {
		_, err := New(c.config)
		require.EqualError(t, err, c.want)
	}
}

func TestWrongPacketsChangeNothing(t *testing.T) {
	m := fresh(t)
	frames := machinetest.Frames("1:1:abc+1:2:d+1:3:efg")
	m.Step(0, packet(leader, (&wire.Stream{Frames: frames[:23], Committed: 5}).Append(nil, header(1))), nil)
	h := header(1)
	machinetest.Refuses(t, m, 0, leader,
		(&wire.Stream{Offset: 23, Committed: 5, Frames: frames[23:]}).Append(nil, h),
		(&wire.Answer{Offset: 23, Bounds: wire.Bounds{Tail: 99}, Data: frames[23:]}).Append(nil, h),
		(&wire.Refusal{Reason: wire.Busy}).Append(nil, h),
		(&wire.Request{Length: 5}).Append(nil, h))
	before := m.Snapshot("test")
	for _, b := range [][]byte{
		(&wire.Stream{Frames: frames[:23], Committed: 5}).Append(nil, h), // replayed; as a heartbeat it is sent on
		(&wire.Stream{Offset: 23, Frames: frames[23:], Committed: 40}).Append(nil, header(0)),
		(&wire.Inject{Publisher: 1, Sequence: 1}).Append(nil, h),
		(&wire.Stored{Tail: 5}).Append(nil, h),
		(&wire.Advert{Service: wire.Tip}).Append(nil, h),
		(&wire.Lookup{}).Append(nil, h),
		(&wire.Found{}).Append(nil, h),
	} {
		m.Step(0, packet(leader, b), nil)
		require.Equal(t, before, m.Snapshot("test"), "%v", wire.Kind(b[4]))
	}
	require.Empty(t, m.Step(0, machine.Input{Kind: machine.Command, Data: []byte("hello")}, nil))
	require.Equal(t, "wrong-epoch=1 unwanted=5 commands=1", onlyOthers(m.Counts()))
}

// Of what came in answers, in parts, two long frames may be whole at once.
func TestWhatIsTooMuchForAPacketIsSentOnInSeveral(t *testing.T) {
	m := fresh(t)
	var frames []byte
	for i := range uint64(2) {
		frames = (&wire.Frame{Publisher: 1, Sequence: 1 + i, Payload: make([]byte, 60_000)}).Append(frames)
	}
	tail := uint64(len(frames))
	m.Step(0, packet(leader, (&wire.Stream{Offset: tail, Committed: tail}).Append(nil, header(1))), nil)
	var got []byte
	for at := range []uint64{0, 1} {
		answer := wire.Answer{Offset: uint64(at) * 60_010, Bounds: wire.Bounds{Tail: tail, Committed: tail}, Data: frames[at*60_010:][:60_010+20*at]}
		for _, o := range m.Step(0, packet(leader, answer.Append(nil, header(1))), nil) {
			var p wire.Packet
			var s wire.Stream
			if o.Kind != machine.Send || p.Open(o.Data, wire.Latest, aria).Reason != wire.None || p.Kind != wire.KindStream {
				continue
			}
			require.Equal(t, wire.Fault{}, s.Decode(&p))
			require.EqualValues(t, len(got), s.Offset)
			got = append(got, s.Frames...)
		}
	}
	require.Equal(t, frames, got)
}

// onlyOthers are counts without the packets that are wrong by themselves.
func onlyOthers(c serve.Counts) string {
	c.Faults = [wire.Reasons]uint64{}
	return c.String()
}

const frameSize = wire.FrameHeaderSize + uint64(len("payload"))

// A driver draws what happens to replicators.
type driver struct {
	t            *rapid.T
	now          int64
	epoch, start uint64
}

func (d *driver) draw(m *Machine) machine.Input {
	number := func(from, to uint64) uint64 { return rapid.Uint64Range(from, to).Draw(d.t, "number") }
	d.now += int64(number(0, second/100))
	_, tail, committed := m.Bounds()
	switch number(0, 7) {
	case 0:
		d.epoch += number(1, 2)
		d.start = max(committed, tail-min(tail, frameSize*number(0, 2)))
		fallthrough
	case 1, 2, 3:
		frame := wire.Frame{Publisher: d.epoch, Sequence: number(1, 9), Payload: []byte("payload")}
		return packet(leader, (&wire.Stream{Start: d.start, Offset: tail + frameSize*(number(0, 3)/3), Committed: tail - min(tail, frameSize*number(0, 2)), Frames: frame.Append(nil), Time: d.now}).Append(nil, header(d.epoch)))
	case 4, 5:
		return packet(asker, (&wire.Request{Offset: tail - min(tail, number(0, 150)) + number(0, 1), Length: uint32(number(0, 99))}).Append(nil, header(d.epoch)))
	case 6:
		return machine.Input{Kind: machine.Synced, Length: m.synced + number(0, m.JournalLength()-m.synced)}
	}
	return machine.Input{}
}

// Copies, and machines that are restored, go on as the first, which takes no notice.
func TestCopiesGoOnAsTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, d := fresh(t), &driver{t: t, epoch: 1}
		for range rapid.IntRange(0, 30).Draw(t, "before") {
			machinetest.Alike(t, d.now, d.draw(m), m)
		}
		again, err := Restore(testConfig, m.Snapshot("test"))
		require.NoError(t, err)
		twin := m.Clone()
		for range rapid.IntRange(1, 20).Draw(t, "after") {
			machinetest.Alike(t, d.now, d.draw(m), m, twin, again)
		}
		other, before := m.Clone(), m.Snapshot("test")
		for range 10 {
			machinetest.Alike(t, d.now, d.draw(other), other)
		}
		require.Equal(t, before, m.Snapshot("test"))
	})
}

// A moment is what a replicator had when it had written so much of its journal.
type moment struct {
	length          uint64
	epoch           uint64
	stream          []byte
	accepted, known uint64 // at least and at most what it knew to be accepted
}

// moments are those of a step that has written records: of two the first says that an epoch began.
func moments(m *Machine, accepted uint64, disk []byte, out []machine.Output) (_ []byte, all []moment) {
	for _, o := range out {
		if o.Kind != machine.Write {
			continue
		}
		disk = append(disk, o.Data...)
		for i := range all {
			all[i].stream = all[i].stream[:len(all[i].stream)-(len(o.Data)-journal.RecordSize)]
		}
		all = append(all, moment{uint64(len(disk)), m.Epoch(), m.log.Bytes(0), accepted, m.follower.Known()})
	}
	return disk, all
}

// Wherever a crash cuts the journal off, a replicator goes on from the moment of the last whole record: it has
// all that it had then, and no more is accepted than was. In all its lives, what is not known to
// be accepted is of the epoch that it is in.
func TestARestartGoesBackToTheLastWholeRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, d := fresh(t), &driver{t: t, epoch: 1}
		var disk []byte
		past := []moment{{}}
		var kept *snapshot.Snapshot
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			_, _, accepted := m.Bounds()
			out := m.Step(d.now, d.draw(m), nil)
			var came []moment
			disk, came = moments(m, accepted, disk, out)
			past = append(past, came...)
			if rapid.IntRange(0, 9).Draw(t, "keep") == 0 {
				kept = m.Snapshot("test")
			}
			if rapid.IntRange(0, 9).Draw(t, "crash") == 0 {
				disk = disk[:len(disk)-rapid.IntRange(0, len(disk)).Draw(t, "torn")]
				for past[len(past)-1].length > uint64(len(disk)) {
					past = past[:len(past)-1]
				}
				again, err := Restart(testConfig, kept, disk)
				if err != nil {
					require.ErrorContains(t, err, "the disk lost what was durable")
					return
				}
				last := past[len(past)-1]
				require.Equal(t, last.length, again.JournalLength())
				require.Equal(t, last.epoch, again.Epoch())
				require.Equal(t, string(last.stream), string(again.log.Bytes(0)))
				_, _, committed := again.Bounds()
				require.GreaterOrEqual(t, committed, last.accepted)
				require.LessOrEqual(t, committed, last.known)
				m, disk, kept = again, disk[:last.length], nil
			}
			requireOfItsEpoch(t, m)
		}
	})
}

// requireOfItsEpoch holds what is not known to be accepted to the epoch: the driver's frames say theirs.
func requireOfItsEpoch(t require.TestingT, m *Machine) {
	_, _, committed := m.Bounds()
	for rest := m.log.Bytes(committed); len(rest) > 0; {
		frame, size, _ := wire.NextFrame(rest)
		require.Equal(t, m.Epoch(), frame.Publisher, "the epoch of a frame")
		rest = rest[size:]
	}
}

func TestWhatIsNotOfThisReplicatorIsRefused(t *testing.T) {
	testConfig := testConfig
	testConfig.Follow.EpochMax = 1 << 40
	w := journal.NewWriter(1, 0)
	_, err := Restart(testConfig, nil, w.Append(nil, journal.Record{Kind: journal.Stream}))
	require.ErrorIs(t, err, journal.OtherStream)
	m, err := Restart(testConfig, nil, []byte("hello"))
	require.NoError(t, err, "of a journal whose header was torn nothing was durable")
	require.Zero(t, m.JournalLength())
	for _, c := range []struct {
		change func(*snapshot.Snapshot)
		want   string
	}{
		{func(s *snapshot.Snapshot) { s.Stream = "air" }, `replicator: got a snapshot of stream "air", want "aria"`},
		{func(s *snapshot.Snapshot) { s.Service = "tip" }, `replicator: got a snapshot of service "tip", want "replicator"`},
		{func(s *snapshot.Snapshot) { s.Epoch = 1<<40 + 1 }, `replicator: got a snapshot of epoch 1099511627777, want at most 1099511627776, the last that was granted`},
		{func(s *snapshot.Snapshot) {
			s.Sections[1] = snapshot.PlainSection(machineSection, snapshot.Words(1<<63, 0))
		}, `replicator: section "machine" at byte 0: got -9223372036854775808, want a time of 0 or later`},
		{func(s *snapshot.Snapshot) {
			s.Sections[1] = snapshot.PlainSection(machineSection, snapshot.Words(0, 0, 0, 5, 0, 6, 0))
		}, `replicator: section "machine" at byte 40: got 6, want at most 5, the journal's length`},
		{func(s *snapshot.Snapshot) { s.Sections[2] = snapshot.PlainSection(streamSection, snapshot.Words(9)) }, `replicator: section "stream" at byte 8: got 0 bytes from 9, want the stream up to 0, where the follower is`},
		{func(s *snapshot.Snapshot) { s.Sections = s.Sections[:3] }, `replicator: section "clients" at byte 0: got no such section, want one`},
		{func(s *snapshot.Snapshot) { s.Sections = s.Sections[1:] }, `replicator: section "follow" at byte 0: got no such section, want one`},
	} {
		s := fresh(t).Snapshot("test")
		c.change(s)
		_, err := Restore(testConfig, s)
		require.EqualError(t, err, c.want)
		_, err = Restart(testConfig, s, nil)
		require.EqualError(t, err, c.want)
	}
}

// busy is a replicator's life: a message, and a request for it, again and again. The stream
// grows, and with it its memory, by a chunk for 4 KiB.
func busy(tb testing.TB) *machinetest.Life[*Machine] {
	m, err := New(Config{Stream: "aria", Self: machine.At(2, 5), Resend: true, Requests: serve.Limits{Rate: 1 << 60, Burst: 1 << 30}})
	require.NoError(tb, err)
	b := (&wire.Frame{Publisher: 1, Sequence: 1, Payload: make([]byte, 64)}).Append(nil)
	life := machinetest.NewLife(m)
	for range 4096 {
		_, tail, _ := m.Bounds()
		life.Step(0, packet(leader, (&wire.Stream{Offset: tail, Frames: b, Committed: tail}).Append(nil, header(1))))
		life.Step(0, packet(asker, (&wire.Request{Offset: tail, Length: 84}).Append(nil, header(1))))
	}
	return life
}

func TestAStepAllocatesOnlyForTheStream(t *testing.T) {
	const chunks = 84. / 2 / 4096 // a step's share of the stream
	require.InDelta(t, chunks, busy(t).Allocs(), chunks/2)
}

// BenchmarkStep is with the growing of the stream.
func BenchmarkStep(b *testing.B) { busy(b).Bench(b) }

// BenchmarkClone copies a replicator of some 340 KiB.
func BenchmarkClone(b *testing.B) {
	m := busy(b).Machine
	b.ReportAllocs()
	for b.Loop() {
		m.Clone()
	}
}

// Whatever is in its inputs, a machine takes them, and its state can be kept and brought back.
func TestNothingMakesItPanic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := fresh(t)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			_, tail, committed := m.Bounds()
			in := machinetest.Wild(t, aria, m.Epoch(), tail, committed, m.JournalLength())
			machinetest.Alike(t, rapid.Int64().Draw(t, "now"), in, m, m.Clone())
			_, err := Restore(testConfig, m.Snapshot("test"))
			require.NoError(t, err)
		}
	})
}
