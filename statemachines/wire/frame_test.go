package wire

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestFramesAreReadOnlyWhenTheyAreWhole(t *testing.T) {
	frame := Frame{Publisher: 5, Sequence: 9, Payload: []byte("hello")}
	b := frame.Append(nil)
	require.Len(t, b, frame.Size())
	for size := range b {
		_, n, fault := NextFrame(b[:size])
		require.Zero(t, n)
		require.Equal(t, Fault{}, fault)
	}
	got, n, fault := NextFrame(append(b, 1, 2, 3))
	require.Equal(t, len(b), n)
	require.Equal(t, Fault{}, fault)
	require.Equal(t, frame, got)
}

func TestWrongFramesAreFoundAsSoonAsTheyShow(t *testing.T) {
	long := Frame{Publisher: 5, Sequence: 9, Payload: make([]byte, PayloadMax)}
	_, n, fault := NextFrame(long.Append(nil))
	require.Equal(t, FrameMax, n)
	require.Equal(t, Fault{}, fault)

	for _, c := range []struct {
		frame Frame
		shown int
		want  string
	}{
		{Frame{5, 9, make([]byte, PayloadMax+1)}, 4, "wire: bad-frame: at byte 0: got 65001, want a payload of at most 65000"},
		{Frame{0, 9, nil}, 12, "wire: bad-frame: at byte 4: got 0, want a publisher of at least 1"},
		{Frame{5, 0, nil}, 20, "wire: bad-frame: at byte 12: got 0, want a sequence number of at least 1"},
	} {
		b := c.frame.Append(nil)
		_, n, fault := NextFrame(b[:c.shown-1])
		require.Zero(t, n)
		require.Equal(t, Fault{}, fault)
		_, n, fault = NextFrame(b[:c.shown])
		require.Zero(t, n)
		require.EqualError(t, fault, c.want)
	}
}

func TestWholeFramesEndWhereTheLastOneDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b []byte
		var ends []int
		for range rapid.IntRange(0, 5).Draw(t, "frames") {
			f := Frame{rapid.Uint64Min(1).Draw(t, "publisher"), rapid.Uint64Min(1).Draw(t, "sequence"), rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "payload")}
			b = f.Append(b)
			ends = append(ends, len(b))
		}
		cut := rapid.IntRange(0, len(b)).Draw(t, "cut")
		want := 0
		for _, end := range ends {
			if end <= cut {
				want = end
			}
		}
		size, fault := WholeFrames(b[:cut])
		require.Equal(t, want, size)
		require.Equal(t, Fault{}, fault)

		size, fault = WholeFrames(append(bytes.Clone(b[:want]), make([]byte, 12)...))
		require.Equal(t, want, size)
		require.Equal(t, Fault{BadFrame, want + 4, 0, "a publisher of at least", 1}, fault)
	})
}
