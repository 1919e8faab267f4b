package ringbuf

import "context"

// Wait waits until the stream is longer than off, so that there is a byte to read
// there, and returns the bounds then. It returns a [TooOld] if off is or falls below
// first, and the context's error if that ends before. Waiting costs the writer a load
// for each append. Those who sleep share a channel, which the first of them makes; a
// Wait that need not sleep makes none.
func (r *Ring) Wait(ctx context.Context, off uint64) (Bounds, error) {
	if b, ok, err := r.ready(off); ok {
		return b, err
	}
	if err := ctx.Err(); err != nil {
		return r.Bounds(), err
	}
	r.waiters.Add(1)
	defer r.waiters.Add(-1)
	for {
		// The channel before the look at tail: the writer stores tail before it takes
		// the channel, so either we see that tail, or it closes this channel.
		wake := r.alarm()
		if b, ok, err := r.ready(off); ok {
			return b, err
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return r.Bounds(), ctx.Err()
		}
	}
}

// ready tells whether a wait for off is over.
func (r *Ring) ready(off uint64) (b Bounds, ok bool, err error) {
	b = r.Bounds()
	if off < b.First {
		return b, true, TooOld{off, b.First, b.Tail}
	}
	return b, off < b.Tail, nil
}

// alarm is the channel that the writer closes next. Whoever finds none makes it, so the
// writer doesn't allocate.
func (r *Ring) alarm() <-chan struct{} {
	for {
		if wake := r.wake.Load(); wake != nil {
			return *wake
		}
		wake := make(chan struct{})
		r.wake.CompareAndSwap(nil, &wake)
	}
}

// wakeAll lets all who wait look again. It is not inlined, so that publish can be.
//
//go:noinline
func (r *Ring) wakeAll() {
	if wake := r.wake.Swap(nil); wake != nil {
		close(*wake)
	}
}
