package follow

import (
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// Followers of either version follow leaders of either, and ask in their own. One of version 1
// sees no time; one of version 2 that hears none goes on with the last that it had.
func TestVersionsFollowEachOther(t *testing.T) {
	from := machine.At(1, 1)
	send := func(f *Follower, version uint8, time int64) News {
		s := wire.Stream{Offset: f.Tail(), Committed: f.Tail(), Time: time, Frames: frame(1, 10)}
		return deliver(f, 0, from, s.Append(nil, wire.Header{Version: version, Stream: aria, Epoch: 1}))
	}
	for _, version := range []uint8{wire.Version1, wire.Version2} {
		f := follower(t, Config{Version: version, Servers: []Server{{machine.At(1, 2), wire.Tip}}}, 0)
		out := f.Ask(0, nil)
		require.Len(t, out, 1)
		require.Equal(t, version, out[0].Data[2])
		require.Len(t, send(&f, wire.Version2, 1000).Frames, 30)
		require.Len(t, send(&f, wire.Version1, 2000).Frames, 30)
		want := map[uint8]int64{wire.Version1: 0, wire.Version2: 1000}
		require.Equal(t, want[version], f.Time())
	}
}

// What a later version can be read as is followed, and what it can't is counted.
func TestLaterVersionsAreFollowedAsFarAsTheyCanBe(t *testing.T) {
	f := follower(t, Config{}, 0)
	h := wire.Header{Version: 3, Stream: aria, Epoch: 1}
	packet := (&wire.Stream{Frames: frame(1, 10)}).Append(nil, h)
	require.Len(t, deliver(&f, 0, machine.At(1, 1), packet).Frames, 30)
	packet[3] = 3
	require.Empty(t, deliver(&f, 0, machine.At(1, 1), packet).Frames)
	require.Equal(t, uint64(1), f.Counts().Faults[wire.TooNew])
}
