package explore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWorkersAreJoined(t *testing.T) {
	a := Progress{
		Bursts: 10, Moments: 3, Traits: 8, SinceNew: 5, Blocks: 6, Covered: 3,
		Files:     []FileCoverage{{"m/a.go", 4, 2}, {"m/b.go", 2, 1}},
		Unreached: []string{"m/a.go:1-2", "m/a.go:7-7", "m/b.go:4-5"},
		Followed:  [][]uint64{{1, 2}, {3, 4}},
	}
	b := Progress{
		Bursts: 20, Moments: 4, Traits: 9, SinceNew: 2, Blocks: 7, Covered: 4,
		Files:     []FileCoverage{{"m/a.go", 4, 3}, {"m/c.go", 3, 1}},
		Unreached: []string{"m/a.go:7-7", "m/c.go:1-1", "m/c.go:2-2"},
		Followed:  [][]uint64{{10, 20}, {30, 40}},
	}
	killed := Progress{Bursts: 1, Traits: 7, SinceNew: 9, Blocks: 2, Covered: 2} // before its last report
	want := Progress{
		Bursts: 31, Moments: 4, Traits: 9, SinceNew: 2, Blocks: 9, Covered: 5,
		Files:     []FileCoverage{{"m/a.go", 4, 3}, {"m/b.go", 2, 1}, {"m/c.go", 3, 1}},
		Unreached: []string{"m/a.go:7-7", "m/b.go:4-5", "m/c.go:1-1", "m/c.go:2-2"},
		Followed:  [][]uint64{{11, 22}, {33, 44}},
	}
	require.Equal(t, want, Join([]Progress{killed, a, b}))
	require.Equal(t, []string{"m/a.go:1-2", "m/a.go:7-7", "m/b.go:4-5"}, a.Unreached, "what is joined stays as it is")
	require.Equal(t, killed, Join([]Progress{killed}))
}

// Two blocks of one line have the same place.
func TestBlocksOfOneLineAreCounted(t *testing.T) {
	a := Progress{Files: []FileCoverage{{"m/a.go", 3, 1}}, Unreached: []string{"m/a.go:1-1", "m/a.go:1-1"}, Blocks: 3, Covered: 1}
	b := Progress{Files: []FileCoverage{{"m/a.go", 3, 2}}, Unreached: []string{"m/a.go:1-1"}, Blocks: 3, Covered: 2}
	require.Equal(t, b, Join([]Progress{a, b}))
}
