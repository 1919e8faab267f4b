package oracle

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAFileIsValidOnlyAsItWasSaved(t *testing.T) {
	var s Store
	s.Began(Saved{Name: "5", File: "five", Epoch: 1, Length: 5, Time: 50})
	s.Succeeded()
	for _, c := range []struct {
		name, file     string
		epoch, durable uint64
		want           string
	}{
		{"5", "five", 1, 5, Valid},
		{"5", "five", 2, 5, OtherEpoch},
		{"5", "five", 1, 4, TooFar},
		{"5", "fivE", 1, 5, Damaged},
		{"6", "five", 1, 9, Damaged},
	} {
		verdict, _ := s.Judge(c.name, c.file, c.epoch, c.durable)
		require.Equal(t, c.want, verdict, c)
	}
}

func TestWhatACrashMayLeave(t *testing.T) {
	var s Store
	s.Began(Saved{Name: "5", File: "old"})
	require.True(t, s.Survives("5", "", false), "nothing was promised yet")
	s.Succeeded()
	require.False(t, s.Survives("5", "", false))
	require.True(t, s.Survives("5", "old", true))
	s.Began(Saved{Name: "5", File: "new"})
	require.True(t, s.Survives("5", "old", true))
	require.True(t, s.Survives("5", "new", true))
	require.False(t, s.Survives("5", "ne", true))
	s.Succeeded()
	require.False(t, s.Survives("5", "old", true))
	s.Touched("5")
	require.True(t, s.Survives("5", "x", true))
}

func TestLatestReportsWhatItSkips(t *testing.T) {
	var s Store
	for _, one := range []Saved{{Name: "1", File: "a", Length: 1, Time: 10}, {Name: "2", File: "b", Length: 2, Time: 20}, {Name: "3", File: "c", Length: 3, Time: 5}} {
		s.Began(one)
	}
	files := map[string]string{"1": "a", "2": "b", "3": "broken"}
	name, skipped := s.Latest([]string{"1", "2", "3"}, files, 0, 9, 15)
	require.Equal(t, "1", name)
	require.Equal(t, []string{"3"}, skipped)
}
