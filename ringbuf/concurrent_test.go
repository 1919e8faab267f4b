package ringbuf

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Readers copy, view and wait while the writer laps them again and again.
func TestReadersSeeOnlyTheStreamWhileTheWriterRuns(t *testing.T) {
	const laps = 3000
	r := newRing(t, 256, 315567)
	ctx, stop := context.WithCancel(context.Background())
	var readers sync.WaitGroup
	for i := range 3 {
		readers.Go(func() { readAlong(t, ctx, r, uint64(i)*37) })
	}
	for range laps {
		appendStream(t, r, 97)
	}
	stop()
	readers.Wait()
}

func readAlong(t *testing.T, ctx context.Context, r *Ring, back uint64) {
	d := r.NewReader()
	defer d.Close()
	buffer := make([]byte, 300)
	var last Bounds
	for ctx.Err() == nil {
		b, err := r.Wait(ctx, max(last.Tail, r.Base()))
		if err != nil {
			if _, lapped := err.(TooOld); !lapped {
				continue
			}
		}
		if b.First < last.First || b.Tail < last.Tail {
			t.Errorf("bounds went back from %v to %v", last, b)
		}
		last = b
		off := b.First + back
		answer := d.Copy(buffer, off)
		checkStream(t, off, buffer[:answer.N])
		if answer.Verdict == Old && off >= answer.First {
			t.Errorf("offset %d refused with first %d", off, answer.First)
		}
		view, _ := d.View(off, 64)
		for range 3 {
			checkStream(t, off, view.Bytes())
		}
		view.Release()
		if n, err := r.ReadAt(buffer, off); err == nil {
			checkStream(t, off, buffer[:n])
		}
	}
}

func checkStream(t *testing.T, off uint64, b []byte) {
	for i, got := range b {
		if want := stream(off + uint64(i)); got != want {
			t.Errorf("byte at %d: got %#x, want %#x", off+uint64(i), got, want)
			return
		}
	}
}

func TestReadersComeAndGo(t *testing.T) {
	r := newRing(t, 64, 0)
	for range 100 {
		d := r.NewReader()
		appendStream(t, r, 10)
		d.Close()
	}
	require.Empty(t, *r.readers.Load())
}
