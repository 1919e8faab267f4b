package properties

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"battle.test/battle"
	"battle.test/fuzz"
	"battle.test/ringbuf"
)

func TestRing(t *testing.T) { battle.Check(t, fuzz.Ring) }

// restarted is a ring in the place of one that ran: started at a snapshot's offset, with
// what the other retained from there on appended again.
func restarted(t require.TestingT, old *ringbuf.Ring, base uint64) *ringbuf.Ring {
	again, err := ringbuf.New(old.Capacity(), base)
	require.NoError(t, err)
	kept := make([]byte, old.Bounds().Tail-base)
	n, err := old.ReadAt(kept, base)
	require.NoError(t, err)
	require.NoError(t, again.Append(kept[:n]))
	return again
}

// A restart in the middle of a run changes no later answer, except to questions for what
// is truly gone: what lies before the snapshot.
func TestARestartLosesOnlyWhatLiesBeforeIt(t *testing.T) {
	setRapid(t, "rapid.nofailfile", "true")
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.Uint64Range(0, 1<<40).Draw(t, "base")
		old, err := ringbuf.New(rapid.IntRange(1, 300).Draw(t, "capacity"), base)
		require.NoError(t, err)
		grow := func(rings ...*ringbuf.Ring) {
			p := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "appended")
			for _, ring := range rings {
				require.NoError(t, ring.Append(p))
			}
		}
		for range rapid.IntRange(0, 6).Draw(t, "appends before") {
			grow(old)
		}
		bounds := old.Bounds()
		back := rapid.Uint64Range(0, bounds.Tail-bounds.First).Draw(t, "back")
		again := restarted(t, old, bounds.Tail-back)
		for range rapid.IntRange(0, 6).Draw(t, "appends after") {
			grow(old, again)
			off := old.Bounds().Tail - uint64(rapid.IntRange(-3, 320).Draw(t, "behind tail"))
			compareRestarted(t, old, again, off, rapid.IntRange(0, 400).Draw(t, "n"))
		}
	})
}

func compareRestarted(t *rapid.T, old, again *ringbuf.Ring, off uint64, n int) {
	want, got := old.NewReader(), again.NewReader()
	defer want.Close()
	defer got.Close()
	wanted, read := make([]byte, n), make([]byte, n)
	expected, actual := want.Copy(wanted, off), got.Copy(read, off)
	expected.First = max(expected.First, again.Base())
	if off < again.Base() {
		expected.Verdict, expected.N = ringbuf.Old, 0
	}
	require.Equal(t, expected, actual, "%d bytes at %d", n, off)
	require.Equal(t, wanted[:expected.N], read[:actual.N], "%d bytes at %d", n, off)
}
