package steps

import (
	"context"
	"sync"
	"sync/atomic"
)

type box struct {
	sync.RWMutex
	next    atomic.Pointer[box]
	n       atomic.Uint64
	word    uint32
	lock    sync.Mutex
	locks   *sync.Mutex
	any     sync.Locker
	changed chan error
	all     sync.WaitGroup
	value   atomic.Value
}

func (b *box) operations(n uint64) (old uint64) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.locks.Lock()
	b.locks.Unlock()
	b.Lock()
	b.Unlock()
	b.RLock()
	b.RUnlock()
	b.any.Lock()
	b.all.Add(1)
	b.all.Wait()
	defer b.n.Add(1)
	b.next.Store(nil)
	if next := b.next.Load(); next != nil && b.next.Load().n.Load() == n {
		b.next.Load().n.Store(
			b.n.Load() + 1)
	}
	b.value.Store("text")
	atomic.StoreUint32(&b.word, 1)
	if !b.n.CompareAndSwap(1, 2) && atomic.CompareAndSwapUint32(&b.word, 1, 2) {
		return b.n.Swap(n)
	}
	return 0
}

type failure struct{}

func (*failure) Error() string { return "" }

func (b *box) channels(ctx context.Context, in chan<- error) error {
	go func() { b.changed <- nil }()
	go b.sends(in, &failure{})
	go b.operations(1)
	defer close(in)
	var first, open = <-b.changed
	if err, ok := <-b.changed; !ok || !open {
		return err
	}
	<-b.changed
	for err := range b.changed {
		in <- err
	}
	for range b.changed {
	}
	for {
		select {
		case err := <-b.changed:
			return err
		case in <- first:
			close(b.changed)
		case <-ctx.Done():
			return <-b.changed
		}
		select {
		case first, open = (<-b.changed):
		default:
		}
	}
}

func (b *box) sends(in chan<- error, f *failure) { in <- f }

func memory(to, from []byte, text string, seen map[int]bool) int {
	clear(from)
	clear(seen)
	const size = len("copy")
	return copy(to[1:], from) + copy(to, text) + size
}
