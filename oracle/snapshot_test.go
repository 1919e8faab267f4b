package oracle

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAFileIsValidOnlyAsItWasSaved(t *testing.T) {
	var s Store
	s.Began(Saved{Name: "5", File: "five", Stream: "s", Service: "t", Epoch: 1, Length: 5, Time: 50})
	s.Began(Saved{Name: "7", File: "seven", Unknown: true})
	s.Succeeded()
	s.Began(Saved{Name: "8", File: "eight", Version: 2, Stream: "s"})
	for _, c := range []struct {
		name, file string
		loader     Loader
		want       string
	}{
		{"5", "five", Loader{0, "s", "t", 1, 5}, Valid},
		{"5", "five", Loader{0, "", "t", 1, 5}, OtherStream},
		{"5", "five", Loader{0, "s", "", 1, 5}, OtherService},
		{"5", "five", Loader{0, "s", "t", 2, 5}, OtherEpoch},
		{"5", "five", Loader{0, "s", "t", 1, 4}, TooFar},
		{"5", "fivE", Loader{0, "s", "t", 1, 5}, Damaged},
		{"6", "five", Loader{0, "s", "t", 1, 9}, Damaged},
		{"7", "seven", Loader{0, "", "", 0, 7}, NotKnown},
		{"8", "eight", Loader{1, "", "", 0, 7}, TooNew},
		{"8", "eight", Loader{2, "", "", 0, 7}, OtherStream},
	} {
		verdict, _ := s.Judge(c.name, c.file, c.loader)
		require.Equal(t, c.want, verdict, c)
	}
}

func TestWhatACrashMayLeave(t *testing.T) {
	var s Store
	require.False(t, s.Survives("5", "stray", true))
	s.Began(Saved{Name: "5", File: "old"})
	require.True(t, s.Survives("5", "", false), "nothing was promised yet")
	require.True(t, s.Survives("5", "old", true), "it may have been written all the same")
	require.False(t, s.Survives("5", "ol", true))
	s.Succeeded()
	require.False(t, s.Survives("5", "", false))
	require.True(t, s.Survives("5", "old", true))
	s.Began(Saved{Name: "5", File: "new"})
	require.True(t, s.Survives("5", "old", true))
	require.True(t, s.Survives("5", "new", true))
	require.False(t, s.Survives("5", "ne", true))
	s.Crashed("5", "old", true)
	require.False(t, s.Survives("5", "new", true), "it can't come later")
	s.Touched("5")
	require.True(t, s.Survives("5", "x", true))
	s.Crashed("5", "x", true)
	require.True(t, s.Survives("5", "y", true), "of a touched name nothing is known")
	s.Began(Saved{Name: "5", File: "newer"})
	s.Succeeded()
	require.False(t, s.Survives("5", "x", true))
}

func TestLatestReportsWhatItSkips(t *testing.T) {
	var s Store
	for _, one := range []Saved{{Name: "1", File: "a", Length: 1, Time: 10}, {Name: "2", File: "b", Length: 2, Time: 20}, {Name: "3", File: "c", Length: 3, Time: 5}} {
		s.Began(one)
	}
	files := map[string]string{"1": "a", "2": "b", "3": "broken"}
	name, skipped := s.Latest([]string{"1", "2", "3"}, files, Loader{Durable: 9}, 15)
	require.Equal(t, "1", name)
	require.Equal(t, []string{"3"}, skipped)
}

// What is wrong behind the header of a file that is too late is not said.
func TestLatestGoesByTheHeaderOfWhatIsTooLate(t *testing.T) {
	late := SnapshotFile{Version: 2, Epoch: 1, Length: 5, Time: 20, Sections: []SnapshotSection{{Name: "a", Stored: []byte("abc"), Contents: 3}}}
	cut := late.Bytes()
	cut[SnapshotHeaderSize(cut)]++
	for _, c := range []struct {
		version uint16
		epoch   uint64
		durable uint64
		until   int64
		skipped []string
	}{
		{2, 1, 9, 19, nil},
		{2, 1, 9, 20, []string{late.Name()}},
		{2, 2, 9, 19, []string{late.Name()}},
		{2, 1, 4, 19, []string{late.Name()}},
		{1, 1, 9, 19, []string{late.Name()}},
	} {
		name, skipped := (&Store{}).Latest([]string{late.Name()}, map[string]string{late.Name(): string(cut)}, Loader{Version: c.version, Epoch: c.epoch, Durable: c.durable}, c.until)
		require.Empty(t, name)
		require.Equal(t, c.skipped, skipped, c)
	}
}
