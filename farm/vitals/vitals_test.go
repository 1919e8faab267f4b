package vitals

import (
	"math"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCheckSaysWhatIsShort(t *testing.T) {
	dir := t.TempDir()
	require.Empty(t, (&Watch{Dir: dir}).Check())
	require.Contains(t, (&Watch{Dir: filepath.Join(dir, "gone")}).Check(), "the disk takes no file: ")
	if runtime.GOOS == "linux" {
		require.Regexp(t, `^the disk of .* is full: .* free, want `, (&Watch{Dir: dir, DiskMin: math.MaxUint64}).Check())
		require.Regexp(t, `^the machine's memory is full: .* available, want `, (&Watch{Dir: dir, MemoryMin: math.MaxUint64}).Check())
	}
}

func TestHowMuchIsLeftIsNoNews(t *testing.T) {
	free := uint64(3 << 29)
	w := &Watch{Dir: t.TempDir(), DiskMin: 2 << 30, DiskFree: func(string) (uint64, bool) { return free, true }}
	first := w.Check()
	require.Contains(t, first, "is full: 1.5 GiB free, want 2.0 GiB")
	free = 77
	second := w.Check()
	require.NotEqual(t, first, second)
	require.True(t, Same(first, second))
	require.False(t, Same(first, ""))
	w.DiskMin += 1 << 30
	require.False(t, Same(first, w.Check()), "more is wanted")
	require.True(t, Same("the machine's memory is full: 1.0 MiB available, want 2.0 MiB", "the machine's memory is full: 5 bytes available, want 2.0 MiB"))
}

func TestASetClockIsNoticed(t *testing.T) {
	w := &Watch{}
	now := time.Now()
	require.Zero(t, w.Jump(now), "nothing to compare with")
	require.Zero(t, w.Jump(now.Add(time.Hour)), "time went by")
	w.wall = w.wall.Add(-24 * time.Hour) // as if the clock had been set since
	require.Equal(t, 24*time.Hour, w.Jump(now.Add(time.Hour)))
	w.wall = w.wall.Add(24 * time.Hour)
	require.Equal(t, -24*time.Hour, w.Jump(now.Add(time.Hour)))
	w.wall = w.wall.Add(time.Second)
	require.Zero(t, w.Jump(now.Add(time.Hour)), "clocks are trimmed all the time")
}

func TestBytes(t *testing.T) {
	require.Equal(t, "1.5 GiB", Bytes(3<<29))
	require.Equal(t, "2.0 MiB", Bytes(2<<20))
	require.Equal(t, "17 bytes", Bytes(17))
}
