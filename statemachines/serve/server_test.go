package serve

import (
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

const testStream = 99

// served is what a server says to a request of epoch 7, of the stream from 10 to 14.
func served(t *testing.T, s *Server, now int64, epoch uint64, r wire.Request) any {
	log := NewLog(10)
	log.Append([]byte("abcdef"))
	h := wire.Header{Version: wire.Latest, Stream: testStream, Epoch: 7}
	bounds := wire.Bounds{Start: 5, First: 10, Tail: 14, Committed: 12, Time: 77}
	packet := s.Answer(nil, now, machine.At(1, 2), epoch, r, h, bounds, log)
	var p wire.Packet
	require.Equal(t, wire.Fault{}, p.Open(packet, wire.Latest, testStream))
	require.Equal(t, uint64(7), p.Epoch)
	if p.Kind == wire.KindAnswer {
		var a wire.Answer
		require.Equal(t, wire.Fault{}, a.Decode(&p))
		require.Equal(t, bounds, a.Bounds)
		require.Equal(t, r.Offset, a.Offset)
		return string(a.Data)
	}
	var f wire.Refusal
	require.Equal(t, wire.Fault{}, f.Decode(&p))
	require.Equal(t, bounds, f.Bounds)
	require.Equal(t, r.Offset, f.Offset)
	require.Equal(t, f.Reason == wire.Busy, f.Retry > 0)
	return f.Reason
}

func TestRequestsAreJudgedByTheBoundsOfTheMoment(t *testing.T) {
	s, err := NewServer(Limits{AnswerMax: 3})
	require.NoError(t, err)
	for _, c := range []struct {
		epoch, offset uint64
		length        uint32
		want          any
	}{
		{7, 10, 2, "ab"},
		{7, 10, 99, "abc"},
		{7, 12, 99, "cd"}, // what the log has past its bounds is not given out
		{7, 13, 1<<32 - 1, "d"},
		{7, 14, 1, ""},
		{7, 9, 9, wire.TooOld},
		{7, 15, 1, wire.Future},
		{7, 1<<64 - 1, 2, wire.Future},
		{6, 10, 1, wire.WrongEpoch},
		{8, 99, 1, wire.WrongEpoch},
		{7, 10, 0, wire.Malformed},
	} {
		require.Equal(t, c.want, served(t, s, 0, c.epoch, wire.Request{Offset: c.offset, Length: c.length}), "%+v", c)
	}
}

func TestWhoAsksTooFastIsRefusedAndTold(t *testing.T) {
	s, err := NewServer(Limits{Rate: 1000, Burst: 1})
	require.NoError(t, err)
	r := wire.Request{Offset: 10, Length: 1}
	require.Equal(t, "a", served(t, s, second, 7, r))
	require.Equal(t, wire.Busy, served(t, s, second, 7, r))
	require.Equal(t, wire.Busy, served(t, s, second, 6, r), "a refusal is an answer")
	require.Equal(t, "a", served(t, s, second+65_000_000, 7, r))
	require.EqualValues(t, 2, s.Refused()[wire.Busy])
}

func TestLimitsThatCannotBeAreRefused(t *testing.T) {
	for _, c := range []struct {
		limits Limits
		want   string
	}{
		{Limits{AnswerMax: -1}, "serve: AnswerMax is -1, want at most 65000, or 0 for the default"},
		{Limits{AnswerMax: 65_001}, "serve: AnswerMax is 65001, want at most 65000, or 0 for the default"},
		{Limits{ClientsMax: -1}, "serve: ClientsMax is -1, want at least 1, or 0 for the default"},
		{Limits{Burst: 1 << 40}, "serve: a burst of 1099511627776 bytes, want at most 4294967296"},
	} {
		_, err := NewServer(c.limits)
		require.EqualError(t, err, c.want)
	}
}

func TestCountsNameWhatTheyCounted(t *testing.T) {
	var c Counts
	require.Empty(t, c.String())
	c.Faults[wire.BadMagic], c.WrongEpoch, c.Unwanted, c.Untrue, c.Commands = 1, 2, 3, 4, 5
	c.Requests[wire.Busy], c.Messages[wire.TooFast] = 6, 7
	require.Equal(t, "bad-magic=1 wrong-epoch=2 unwanted=3 untrue=4 commands=5 request-busy=6 message-too-fast=7", c.String())
}

func BenchmarkAnswer(b *testing.B) {
	s, err := NewServer(Limits{Rate: 1 << 60, Burst: 1 << 32})
	require.NoError(b, err)
	log := NewLog(0)
	log.Append(make([]byte, 64<<10))
	h, bounds := wire.Header{Version: wire.Latest}, wire.Bounds{Tail: log.Tail()}
	packet := make([]byte, 0, 4096)
	b.ReportAllocs()
	b.SetBytes(1400)
	for b.Loop() {
		packet = s.Answer(packet[:0], 0, 1, 0, wire.Request{Offset: 3000, Length: 1400}, h, bounds, log)
	}
}
