package ringbuf

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// stream is the test stream: the byte at an offset, never NUL.
func stream(off uint64) byte { return byte(1 + (off^off>>7)%255) }

func streamBytes(from uint64, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = stream(from + uint64(i))
	}
	return b
}

func newRing(t *testing.T, capacity int, base uint64) *Ring {
	t.Helper()
	r, err := New(capacity, base)
	require.NoError(t, err)
	return r
}

func appendStream(t *testing.T, r *Ring, n int) {
	t.Helper()
	require.NoError(t, r.Append(streamBytes(r.Bounds().Tail, n)))
}

func TestNewRefusesACapacityThatCannotBe(t *testing.T) {
	for _, capacity := range []int{0, -1, math.MinInt, math.MaxInt} {
		_, err := New(capacity, 0)
		require.EqualError(t, err, fmt.Sprintf("ringbuf: capacity %d, want 1 to 17592186044416 bytes", capacity))
	}
}

// The story bug: a ring restarted at a snapshot's offset has no bytes before it.
func TestReadBelowTheBaseIsTooOld(t *testing.T) {
	r := newRing(t, 64<<10, 315567)
	b := []byte{0xAA, 0xAA}
	n, err := r.ReadAt(b, 313425)
	require.Equal(t, TooOld{Offset: 313425, First: 315567, Tail: 315567}, err)
	require.Zero(t, n)
	require.Equal(t, []byte{0xAA, 0xAA}, b)
	appendStream(t, r, 100)
	_, err = r.ReadAt(b, 315566) // in the same segment as the base
	require.Equal(t, TooOld{315566, 315567, 315667}, err)
}

func TestReadsAnswerByTheTable(t *testing.T) {
	r := newRing(t, 100, 1000)
	appendStream(t, r, 250) // first 1150, tail 1250
	require.Equal(t, Bounds{1150, 1250}, r.Bounds())
	for _, c := range []struct {
		off  uint64
		n    int
		want int
		err  error
	}{
		{1149, 1, 0, TooOld{1149, 1150, 1250}},
		{1149, 0, 0, TooOld{1149, 1150, 1250}},
		{0, 10, 0, TooOld{0, 1150, 1250}},
		{1150, 100, 100, nil},
		{1150, 1000, 100, nil},
		{1249, 5, 1, nil},
		{1250, 5, 0, nil},
		{1250, 0, 0, nil},
		{1251, 0, 0, Future{1251, 1150, 1250}},
		{math.MaxUint64, 5, 0, Future{math.MaxUint64, 1150, 1250}},
	} {
		b := make([]byte, c.n)
		n, err := r.ReadAt(b, c.off)
		require.Equal(t, c.err, err, "%d+%d", c.off, c.n)
		require.Equal(t, c.want, n, "%d+%d", c.off, c.n)
		require.Equal(t, streamBytes(c.off, n), b[:n])
	}
}

func TestEveryCapacityAndAppendLengthKeepsTheLastBytes(t *testing.T) {
	for capacity := 1; capacity < 130; capacity += 3 {
		for _, size := range []int{1, 2, 15, 16, 17, 33, 129, 300, 1000} {
			for _, base := range []uint64{0, 5, 16, 315567, math.MaxUint64 - 4000} {
				r := newRing(t, capacity, base)
				for range 3 {
					appendStream(t, r, size)
					bounds := r.Bounds()
					kept := min(3*size, int(bounds.Tail-base), capacity)
					require.Equal(t, bounds.Tail-uint64(kept), bounds.First)
					b := make([]byte, capacity+10)
					n, err := r.ReadAt(b, bounds.First)
					require.NoError(t, err)
					require.Equal(t, streamBytes(bounds.First, kept), b[:n], "capacity %d, appends of %d at %d", capacity, size, base)
				}
			}
		}
	}
}

func TestAppendUpToTheLastOffset(t *testing.T) {
	r := newRing(t, 100, math.MaxUint64-10)
	require.Equal(t, Overflow{math.MaxUint64 - 10, 11}, r.Append(make([]byte, 11)))
	require.Equal(t, uint64(math.MaxUint64-10), r.Bounds().Tail, "nothing is appended")
	appendStream(t, r, 10)
	require.Equal(t, Bounds{math.MaxUint64 - 10, math.MaxUint64}, r.Bounds())
	require.Equal(t, Overflow{math.MaxUint64, 1}, r.Append([]byte{1}))
	require.NoError(t, r.Append(nil))
	b := make([]byte, 20)
	n, err := r.ReadAt(b, math.MaxUint64-3)
	require.NoError(t, err)
	require.Equal(t, streamBytes(math.MaxUint64-3, 3), b[:n])
	n, err = r.ReadAt(b, math.MaxUint64)
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestAViewStaysWhileTheRingTurnsOver(t *testing.T) {
	r := newRing(t, 64, 1000)
	d := r.NewReader()
	defer d.Close()
	appendStream(t, r, 40)
	view, answer := d.View(1003, 5)
	require.NoError(t, answer.Err(1003))
	require.Equal(t, 5, answer.N)
	for range 50 {
		appendStream(t, r, 13)
	}
	require.Equal(t, streamBytes(1003, 5), view.Bytes())
	_, again := d.View(1003, 5)
	require.ErrorIs(t, again.Err(1003), ErrHeld)
	_, err := d.ReadAt(make([]byte, 1), r.Bounds().First)
	require.ErrorIs(t, err, ErrHeld)
	view.Release()
	_, err = d.ReadAt(make([]byte, 1), 1003)
	require.Equal(t, TooOld{1003, r.Bounds().First, r.Bounds().Tail}, err)
}

func TestAViewEndsWithItsSegmentAndIsNeverEmpty(t *testing.T) {
	r := newRing(t, 64, 0)
	d := r.NewReader()
	appendStream(t, r, 64)
	for off := range uint64(64) {
		view, answer := d.View(off, 100)
		require.NoError(t, answer.Err(off))
		require.NotEmpty(t, view.Bytes())
		require.Equal(t, streamBytes(off, len(view.Bytes())), view.Bytes())
		require.Equal(t, len(view.Bytes()), cap(view.Bytes()), "an append to a view must not reach the ring")
		view.Release()
	}
}

func TestAPinnedSegmentIsNotReused(t *testing.T) {
	r := newRing(t, 64, 0)
	appendStream(t, r, 256)
	d := r.NewReader()
	view, answer := d.View(r.Bounds().First, 1)
	require.Equal(t, Data, answer.Verdict)
	appendStream(t, r, 256)
	require.Equal(t, []byte{stream(192)}, view.Bytes())
	view.Release()
	d.Close()
	payload := streamBytes(0, 64)
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = r.Append(payload) }), "a full ring reuses its memory")
}

// A reader that is overtaken on every turn must not cost memory on every turn: what it
// held is used again once it has moved on.
func TestMemoryOfALaggingReaderIsUsedAgain(t *testing.T) {
	r := newRing(t, 64, 0)
	d := r.NewReader()
	payload := streamBytes(0, 64)
	lag := func() {
		view, answer := d.View(r.Bounds().First, 1)
		require.Equal(t, Data, answer.Verdict)
		for range 4 {
			_ = r.Append(payload)
		}
		view.Release()
	}
	_ = r.Append(payload)
	lag()
	require.Zero(t, testing.AllocsPerRun(100, lag))
	require.LessOrEqual(t, len(r.late), 1)
}

func TestAViewOutlivesItsReadersClose(t *testing.T) {
	r := newRing(t, 64, 0)
	appendStream(t, r, 64)
	d := r.NewReader()
	view, _ := d.View(3, 5)
	d.Close()
	d.Close()
	for range 9 {
		appendStream(t, r, 64)
	}
	require.Equal(t, streamBytes(3, 5), view.Bytes())
	view.Release()
	require.Empty(t, *r.readers.Load())
}

// A read by a reader that the writer no longer looks at could show bytes of any offset.
func TestAClosedReaderRefuses(t *testing.T) {
	r := newRing(t, 64, 0)
	appendStream(t, r, 64)
	d := r.NewReader()
	d.Close()
	n, err := d.ReadAt(make([]byte, 8), 3)
	require.ErrorIs(t, err, ErrClosed)
	require.Zero(t, n)
	view, answer := d.View(3, 5)
	require.Equal(t, Answer{Verdict: Closed}, answer)
	require.Empty(t, view.Bytes())
	view.Release()
}

func TestWaitReturnsWhenTheByteComes(t *testing.T) {
	r := newRing(t, 100, 50)
	got := make(chan Bounds)
	go func() {
		b, err := r.Wait(context.Background(), 52)
		if err == nil {
			got <- b
		}
		close(got)
	}()
	appendStream(t, r, 1)
	appendStream(t, r, 1)
	appendStream(t, r, 1)
	b, ok := <-got
	require.True(t, ok)
	require.Equal(t, Bounds{50, 53}, b)
}

func TestWaitEndsWithItsContext(t *testing.T) {
	r := newRing(t, 100, 50)
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	b, err := r.Wait(ctx, 50)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, Bounds{50, 50}, b)
	_, err = r.Wait(ctx, 49)
	require.Equal(t, TooOld{49, 50, 50}, err)
}

func TestErrorsNameTheNumbers(t *testing.T) {
	require.EqualError(t, TooOld{1, 2, 3}, "ringbuf: offset 1 is too old: retained is [2, 3)")
	require.EqualError(t, Future{4, 2, 3}, "ringbuf: offset 4 is past the stream's tail: retained is [2, 3)")
	require.EqualError(t, Overflow{5, 6}, "ringbuf: appending 6 bytes at offset 5 would pass the last offset, 2^64-1")
}
