package tip

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func newMachine(tb testing.TB, config Config, base uint64) *Machine {
	tb.Helper()
	m, err := New(config, 1, base)
	require.NoError(tb, err)
	return m
}

func TestConfigsThatCannotBeAreRefused(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   string
	}{
		{Config{Capacity: -1}, "tip: Capacity is -1, want at least 1, or 0 for the default"},
		{Config{StepMax: -2}, "tip: StepMax is -2, want at least 1, or 0 for the default"},
		{Config{MissingEvery: -3}, "tip: MissingEvery is -3, want at least 1, or 0 for the default"},
		{Config{Local: Limits{AnswerMax: 1<<20 + 1}}, "tip: Local.AnswerMax is 1048577, want at most 1048576"},
		{Config{Remote: Limits{Burst: 1<<32 + 1}}, "tip: Remote.Burst is 4294967297, want at most 4294967296"},
		{Config{Remote: Limits{WaitingMax: -1}}, "tip: Remote.WaitingMax is -1, want at least 1, or 0 for the default"},
	} {
		_, err := New(c.config, 1, 0)
		require.EqualError(t, err, c.want)
	}
}

// The slowest client there can be still has a time for its next answer, and so has one who
// asks when time ends.
func TestTimesStayWithinTheirRange(t *testing.T) {
	m := newMachine(t, Config{Local: Limits{Rate: 1, Burst: 1 << 32, AnswerMax: 1 << 20}}, 0)
	require.Len(t, m.Step(math.MaxInt64, Input{Kind: Request, Client: 1, Epoch: 1, Length: math.MaxUint32}, nil), 1)
	for range 3 {
		m.Step(math.MaxInt64, Input{Kind: Request, Client: 1, Epoch: 1, Length: 1}, nil)
	}
	next, _ := m.Next()
	require.GreaterOrEqual(t, next, int64(0))
	require.Empty(t, m.Step(math.MinInt64, Input{}, nil), "time never goes back")
}

func TestManyClientsDoNotFillTheTableForEver(t *testing.T) {
	m := newMachine(t, Config{ClientsMax: 3, Local: Limits{Rate: 1000, Burst: 64}}, 0)
	ask := func(now int64, client Client) Kind {
		out := m.Step(now, Input{Kind: Request, Client: client, Epoch: 1, Length: 1}, nil)
		require.Len(t, out, 1)
		return out[0].Kind
	}
	for client := range Client(3) {
		require.Equal(t, Data, ask(second, client))
	}
	require.Equal(t, Busy, ask(second, 3))
	for client := range Client(100) {
		require.Equal(t, Data, ask(int64(2+client)*second, 10+client))
	}
	require.LessOrEqual(t, len(m.table.clients), 3)
}

func TestAStepAllocatesNothing(t *testing.T) {
	m, step := busyMachine(t)
	for range 5000 {
		step()
	}
	require.Zero(t, testing.AllocsPerRun(1000, step))
	require.NotZero(t, m.Bounds().First, "the ring has turned over")
}

// busyMachine is a machine and a step of its life: a packet, and two requests of a few
// clients of both regions.
func busyMachine(tb testing.TB) (*Machine, func()) {
	m := newMachine(tb, Config{Capacity: 1 << 16, Region: 1}, 0)
	packet := make([]byte, 100)
	out := make([]Output, 0, 64)
	var now int64
	return m, func() {
		now += 1000
		b := m.Bounds()
		out = m.Step(now, Input{Kind: Stream, Epoch: 1, Offset: b.Tail, Data: packet}, out[:0])
		client := Client(now / 1000 % 7)
		out = m.Step(now, Input{Kind: Request, Client: client, Region: uint16(client % 2), Epoch: 1, Offset: b.First + 1000, Length: 1400}, out[:0])
		out = m.Step(now, Input{Kind: Request, Client: client, Epoch: 1, Offset: b.Tail + 1, Length: 1400}, out[:0])
	}
}

func BenchmarkStream(b *testing.B) {
	m := newMachine(b, Config{}, 0)
	in := Input{Kind: Stream, Epoch: 1, Data: make([]byte, 64)}
	out := make([]Output, 0, 16)
	b.SetBytes(64)
	b.ReportAllocs()
	for b.Loop() {
		out = m.Step(0, in, out[:0])
		in.Offset += 64
	}
}

func BenchmarkRequest(b *testing.B) {
	m := newMachine(b, Config{Local: Limits{Rate: 1 << 60}}, 0)
	m.Step(0, Input{Kind: Stream, Epoch: 1, Data: make([]byte, 1<<20)}, nil)
	out := make([]Output, 0, 16)
	b.ReportAllocs()
	in := Input{Kind: Request, Client: 1, Epoch: 1, Length: 1400}
	b.SetBytes(int64(in.Length))
	for b.Loop() {
		in.Offset = (in.Offset + 1400) % (1<<20 - 1400)
		out = m.Step(0, in, out[:0])
	}
}

// BenchmarkQueue is a step of a machine with a full queue of clients that must wait.
func BenchmarkQueue(b *testing.B) {
	m := newMachine(b, Config{Local: Limits{Rate: 1, Burst: 1}}, 0)
	for i := range 2048 {
		m.Step(0, Input{Kind: Request, Client: Client(i % 512), Epoch: 1, Offset: uint64(i), Length: 1}, nil)
	}
	b.ReportMetric(float64(len(m.queue)), "waiting")
	b.ReportAllocs()
	for b.Loop() {
		m.Step(0, Input{}, nil)
	}
}
