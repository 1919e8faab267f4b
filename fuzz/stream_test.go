package fuzz

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAStreamIsTheSameHoweverItIsFilled(t *testing.T) {
	for _, base := range []uint64{0, 3, 315567, math.MaxUint64 - 40} {
		whole := make([]byte, 40)
		fillStream(whole, base, 2)
		for from := range whole {
			for to := from; to <= len(whole); to++ {
				part := make([]byte, to-from)
				fillStream(part, base+uint64(from), 2)
				require.Equal(t, whole[from:to], part)
			}
			require.Equal(t, streamByte(base+uint64(from), 2), whole[from])
		}
	}
}

func TestAStreamHasNoNULAndItsNeighboursDiffer(t *testing.T) {
	same := 0
	const n = 10_000
	for off := range uint64(n) {
		b := streamByte(off, 1)
		require.NotZero(t, b)
		if b == streamByte(off+1, 1) || b == streamByte(off, 2) || b == streamByte(off+64, 1) {
			same++
		}
	}
	require.Less(t, same, n*3/64, "each of three others is the same by chance once in 128")
}
