package battle_test

import (
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

func TestARunThatGrowsPastItsLimitIsAFinding(t *testing.T) {
	found := find(t, "memory", strings.Repeat("peek; add n=1; reset; ", 10))
	require.NotNil(t, found)
	require.Equal(t, battle.Memory, found.Kind)
	require.Regexp(t, `^the heap holds \d+ bytes, the limit is 67108864$`, found.Message)
	// 64 MiB is the limit, an add keeps 8, and the rest of the process has a few.
	require.LessOrEqual(t, len(found.Trace), 8)
	for _, line := range found.Trace {
		require.Equal(t, "add n=0 unit=ones", line)
	}
}

func TestGarbageIsNoFinding(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // it stays until somebody asks
	waste := make([][]byte, 0, 100)
	for range 100 {
		waste = append(waste, make([]byte, 1<<20))
	}
	require.Len(t, waste, 100) // garbage from here on
	require.Nil(t, find(t, "memory", strings.Repeat("add n=1; ", 4)))
}
