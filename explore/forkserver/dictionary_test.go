package forkserver

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/explore/probe"
)

func TestANumberIsAsWideAsItMustBe(t *testing.T) {
	require.Equal(t, []byte{0x34, 0x12}, number(0x1234))
	require.Equal(t, []byte{0x78, 0x56, 0x34, 0x12}, number(0x12345678))
	require.Equal(t, []byte{0, 0, 0, 0, 1, 0, 0, 0}, number(1<<32))
}

// A constant out of range would end the process that rolls the update.
func TestConstantsStayInRange(t *testing.T) {
	numbers, texts := probe.Numbers, probe.Texts
	t.Cleanup(func() { probe.Numbers, probe.Texts = numbers, texts })
	minus := func(n uint64) uint64 { return -n }
	for _, known := range [][]uint64{nil, {100, minus(100), 1 << 40, math.MaxUint64, 0}} {
		probe.Numbers = known
		dice := &constants{}
		for range 20 {
			require.LessOrEqual(t, dice.Number(3, 7, false), uint64(7))
			n := int64(dice.Number(minus(150), 150, true))
			require.True(t, -150 <= n && n <= 150, "%d", n)
			require.LessOrEqual(t, dice.Number(0, 1000, false), uint64(1000))
		}
	}
	probe.Numbers = []uint64{1 << 40, 100}
	require.Equal(t, uint64(100), (&constants{}).Number(0, 1000, false), "the only one that fits")

	for _, known := range [][]string{nil, {"", "magic", "longer than any field"}} {
		probe.Texts = known
		dice := &constants{}
		for range 5 {
			size := len(dice.Text(2, 8))
			require.True(t, 2 <= size && size <= 8, "%d", size)
		}
	}
	require.Equal(t, "magic", string((&constants{}).Text(2, 8)), "the only one that fits")
}

func TestSpreadTakesFromAllOver(t *testing.T) {
	require.Equal(t, []int{1, 3, 5}, spread([]int{1, 2, 3, 4, 5, 6}, 3))
	require.Equal(t, []int{1, 2}, spread([]int{1, 2}, 3))
	require.Empty(t, spread([]int{}, 3))
}
