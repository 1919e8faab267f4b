package oracle

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRingAnswersByTheTable(t *testing.T) {
	r := &Ring{Base: 10, Capacity: 4}
	require.True(t, r.Append([]byte("abcdef")))
	require.Equal(t, uint64(12), r.First())
	require.Equal(t, uint64(16), r.Tail())
	for _, c := range []struct {
		off     uint64
		n       int
		verdict string
		data    string
	}{
		{11, 1, TooOld, ""},
		{12, 2, Data, "cd"},
		{14, 9, Data, "ef"},
		{15, 0, Data, ""},
		{16, 1, Nothing, ""},
		{17, 1, Future, ""},
		{math.MaxUint64, 1, Future, ""},
	} {
		verdict, data := r.Read(c.off, c.n)
		require.Equal(t, c.verdict, verdict, c.off)
		require.Equal(t, c.data, string(data), c.off)
	}
}

func TestRingEndsAtTheLastOffset(t *testing.T) {
	r := &Ring{Base: math.MaxUint64 - 2, Capacity: 4}
	require.False(t, r.Append([]byte("abc")))
	require.True(t, r.Append([]byte("ab")))
	require.Equal(t, uint64(math.MaxUint64), r.Tail())
}

func TestRingIsEmptyAtItsBase(t *testing.T) {
	r := &Ring{Base: 315567, Capacity: 1 << 20}
	verdict, _ := r.Read(313425, 8)
	require.Equal(t, TooOld, verdict)
}
