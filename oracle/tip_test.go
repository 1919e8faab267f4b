package oracle

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func tipModel() *Tip {
	return &Tip{
		Rules: TipRules{
			AnswerMax: [2]uint64{10, 10}, Rate: [2]uint64{1000, 1000}, Burst: [2]uint64{1, 1}, WaitingMax: [2]uint64{2, 2},
			QueueMax: 3, ClientsMax: 2, StepMax: 1, Overhead: 9, MissingEvery: 100,
		},
		Now: 1e15, Epoch: 1, Log: Ring{Base: 100, Capacity: 50}, Free: make(map[uint64]int64),
	}
}

func TestTipAnswersOneAfterTheOtherAtItsRate(t *testing.T) {
	m := tipModel()
	require.Empty(t, m.Stream(1, 100, 100, []byte("abcdef")))
	require.Empty(t, m.Ask(TipAsk{Client: 7, Epoch: 1, Offset: 101, Length: 1}))
	require.Empty(t, m.Ask(TipAsk{Client: 7, Epoch: 1, Offset: 99, Length: 1}))
	said := m.Send()
	require.Len(t, said, 1)
	require.Equal(t, TipSaid{Kind: Data, Client: 7, Offset: 101, Data: "b", Epoch: 1, First: 100, Tail: 106}, said[0])
	require.Empty(t, m.Send(), "a byte and the overhead take ten milliseconds, less one of the burst")
	m.Now += 9_000_000
	said = m.Send()
	require.Len(t, said, 1)
	require.Equal(t, TooOld, said[0].Kind)
	require.Empty(t, m.Waiting)
}

func TestTipMergesOnlyForward(t *testing.T) {
	m := tipModel()
	m.Ask(TipAsk{Client: 7, Epoch: 1, Offset: 105, Length: 4})
	m.Ask(TipAsk{Client: 7, Epoch: 1, Offset: 109, Length: 6})
	require.Equal(t, []TipAsk{{Client: 7, Epoch: 1, Offset: 105, Length: 10}}, m.Waiting)
	m.Ask(TipAsk{Client: 7, Epoch: 1, Offset: 104, Length: 1})
	require.Len(t, m.Waiting, 2)
	require.Equal(t, "busy", m.Ask(TipAsk{Client: 7, Epoch: 1, Offset: 115, Length: 1})[0].Kind)
}

func TestTipStartsOverWhereHistoryWasCut(t *testing.T) {
	for _, c := range []struct {
		epoch, start uint64
		first, tail  uint64
	}{
		{2, 106, 100, 106}, // right at our tail
		{2, 105, 105, 105}, // below it
		{3, 106, 106, 106}, // an epoch was skipped
		{1, 105, 100, 106}, // nothing new
		{0, 103, 100, 106}, // nor this
	} {
		m := tipModel()
		m.Stream(1, 100, 100, []byte("abcdef"))
		m.Stream(c.epoch, c.start, c.start, nil)
		require.Equal(t, [2]uint64{c.first, c.tail}, [2]uint64{m.Log.First(), m.Log.Tail()}, c)
	}
}

func TestTipTellsOfAHoleNowAndThen(t *testing.T) {
	m := tipModel()
	require.Len(t, m.Stream(1, 100, 110, nil), 1)
	require.Empty(t, m.Stream(1, 100, 110, nil))
	m.Now += 100
	require.Len(t, m.Stream(1, 100, 110, nil), 1)
}
