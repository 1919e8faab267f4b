package oracle

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
)

// framed is a frame of a publisher with so many bytes in all.
func framed(publisher, sequence uint64, size int) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(size-20))
	b = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(b, publisher), sequence)
	return append(b, make([]byte, size-20)...)
}

func TestALeaderTakesNoMoreThanItMay(t *testing.T) {
	b := NewBus()
	b.Ahead, b.Rate, b.Burst = 1000, 100_000, 200
	e := &BusEpoch{}
	at := uint64(0)
	take := func(publisher uint64, size int, committed uint64, now int64) error {
		p := BusPacket{Kind: "stream", Offset: at, Committed: committed, Time: now, Data: framed(publisher, 1, size)}
		at += uint64(size)
		return b.takes(e, p)
	}
	const ms = 1_000_000
	require.NoError(t, take(1, 300, 0, 5*ms))
	require.NoError(t, take(2, 300, 0, 5*ms), "each has its own")
	require.ErrorContains(t, take(1, 30, 0, 5*ms), "publisher 1, which has sent 300 bytes too fast, want at most 200")
	require.NoError(t, take(1, 30, 0, 7*ms), "in a millisecond a hundred bytes are forgotten")
	require.NoError(t, take(3, 340, 0, 7*ms), "as much as may be ahead")
	require.ErrorContains(t, take(4, 21, 0, 7*ms), "stream up to 1021, and 0 bytes are accepted: want at most 1000 more")
	require.NoError(t, take(4, 21, 800, 7*ms))
	at -= 21
	require.NoError(t, take(4, 21, 0, 7*ms), "what was seen before is not judged again")
}
