package bench

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	hedzr "github.com/hedzr/go-ringbuf/v2"
	"github.com/hedzr/go-ringbuf/v2/mpmc"
	"github.com/smallnest/ringbuffer"

	"battle.test/ringbuf"
)

// Everything walks as much memory as the ring does, in the same way.
const capacity = 64 << 20 // bytes

var sizes = []int{64, 1 << 10, 64 << 10}

func sizeName(n int) string {
	if n >= 1<<10 {
		return fmt.Sprintf("%dKiB", n>>10)
	}
	return fmt.Sprintf("%dB", n)
}

// An appender is a contender. All are called through the interface, so that the call
// costs all the same.
type appender interface {
	Append(p []byte) error
}

// bySize measures appends of each size.
func bySize(b *testing.B, ready func(b *testing.B, n int) appender) {
	for _, n := range sizes {
		b.Run(sizeName(n), func(b *testing.B) {
			a, p := ready(b, n), make([]byte, n)
			b.SetBytes(int64(n))
			for range 2 * capacity / n { // so that all memory was there before
				_ = a.Append(p)
			}
			timed(b, func(times int) {
				for range times {
					_ = a.Append(p)
				}
			})
		})
	}
}

// timed lets do run the benchmark's iterations on a thread of its own.
func timed(b *testing.B, do func(times int)) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	b.ReportAllocs()
	b.ResetTimer()
	before := threadTime()
	do(b.N)
	spent := threadTime() - before
	b.StopTimer()
	b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N), "cpu-ns/op")
}

// walk is memory that is copied to from its start to its end, again and again.
type walk struct {
	memory []byte
	at     int
}

func newWalk() *walk { return &walk{memory: make([]byte, capacity)} }

func (w *walk) Append(p []byte) error {
	if len(p) > len(w.memory)-w.at {
		w.at = 0
	}
	w.at += copy(w.memory[w.at:], p)
	return nil
}

// last is what was copied last.
func (w *walk) last(n int) []byte { return w.memory[w.at-n : w.at] }

func BenchmarkAppendCopy(b *testing.B) {
	bySize(b, func(*testing.B, int) appender { return newWalk() })
}

// A writer that others may follow must do this much: the bytes, and where they end.
type storing struct {
	walk
	_    [64]byte
	tail atomic.Uint64
}

func (s *storing) Append(p []byte) error {
	if len(p) > len(s.memory)-s.at {
		s.at = 0
	}
	s.at += copy(s.memory[s.at:], p)
	s.tail.Store(uint64(s.at))
	return nil
}

func BenchmarkAppendCopyAndStore(b *testing.B) {
	bySize(b, func(*testing.B, int) appender { return &storing{walk: *newWalk()} })
}

func newRing(b *testing.B) *ringbuf.Ring {
	r, err := ringbuf.New(capacity, 315567)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func BenchmarkAppendRing(b *testing.B) {
	bySize(b, func(b *testing.B, _ int) appender { return newRing(b) })
}

type locked struct {
	mu sync.Mutex
	walk
}

func (l *locked) Append(p []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.walk.Append(p)
}

func BenchmarkAppendMutex(b *testing.B) {
	bySize(b, func(*testing.B, int) appender { return &locked{walk: *newWalk()} })
}

// A channel retains messages: the bytes are copied, and when it is full the oldest goes.
type channel struct {
	walk
	messages chan []byte
}

func (c *channel) Append(p []byte) error {
	_ = c.walk.Append(p)
	for {
		select {
		case c.messages <- c.last(len(p)):
			return nil
		default:
			<-c.messages
		}
	}
}

func BenchmarkAppendChannel(b *testing.B) {
	bySize(b, func(_ *testing.B, n int) appender {
		return &channel{walk: *newWalk(), messages: make(chan []byte, capacity/n)}
	})
}

type smallnest struct{ ring *ringbuffer.RingBuffer }

func (s smallnest) Append(p []byte) error {
	_, err := s.ring.Write(p)
	return err
}

func BenchmarkAppendSmallnest(b *testing.B) {
	bySize(b, func(*testing.B, int) appender { return smallnest{ringbuffer.New(capacity).SetOverwrite(true)} })
}

// hedzr/go-ringbuf retains messages, as a channel does.
type queue struct {
	walk
	messages mpmc.RingBuffer[[]byte]
}

func (q *queue) Append(p []byte) error {
	_ = q.walk.Append(p)
	for q.messages.Enqueue(q.last(len(p))) != nil {
		if _, err := q.messages.Dequeue(); err != nil {
			return err
		}
	}
	return nil
}

func BenchmarkAppendHedzr(b *testing.B) {
	bySize(b, func(_ *testing.B, n int) appender {
		return &queue{walk: *newWalk(), messages: hedzr.New[[]byte](uint32(capacity / n))}
	})
}

// One reader follows the stream: it drains what is there, then attends to its own work
// for a while.
func BenchmarkAppendRingWithReader(b *testing.B) {
	bySize(b, func(b *testing.B, _ int) appender {
		r := newRing(b)
		follow(b, r, 20*time.Microsecond)
		return r
	})
}

// One reader is attached and holds a view of what was overwritten long ago.
func BenchmarkAppendRingWithView(b *testing.B) {
	bySize(b, func(b *testing.B, n int) appender {
		r := newRing(b)
		_ = r.Append(make([]byte, n))
		view, answer := r.NewReader().View(r.Base(), n)
		if answer.Verdict != ringbuf.Data {
			b.Fatal(answer.Err(r.Base()))
		}
		b.Cleanup(view.Release)
		return r
	})
}

// The worst that a reader can do: it asks for tail all the time, so that the word moves
// between the cores for every append.
func BenchmarkAppendRingWithSpinningReader(b *testing.B) {
	bySize(b, func(b *testing.B, _ int) appender {
		r := newRing(b)
		follow(b, r, 0)
		return r
	})
}

// What a reader costs the writer, and what any work beside it does: this neighbour copies
// as much as a reader does, from memory of its own. It is what AppendRingWithReader is to
// be compared with on machines whose cores share more than they say.
func BenchmarkAppendRingWithNeighbour(b *testing.B) {
	bySize(b, func(b *testing.B, _ int) appender {
		memory, buffer := make([]byte, capacity), make([]byte, 64<<10)
		beside(b, func() {
			for at := 0; at < len(memory); at += len(buffer) {
				copy(buffer, memory[at:])
			}
		})
		return newRing(b)
	})
}

// follow starts a reader that rests when it has read what is there.
func follow(b *testing.B, r *ringbuf.Ring, rest time.Duration) {
	d := r.NewReader()
	buffer := make([]byte, 64<<10)
	off := r.Bounds().Tail
	beside(b, func() {
		answer := d.Copy(buffer, off)
		off += uint64(answer.N)
		switch {
		case answer.Verdict == ringbuf.Old:
			off = answer.Tail
		case answer.N < len(buffer) && rest > 0:
			time.Sleep(rest)
		}
	})
}

// beside does something again and again on a goroutine, as long as the benchmark runs.
func beside(b *testing.B, do func()) {
	var stop atomic.Bool
	var neighbour sync.WaitGroup
	neighbour.Go(func() {
		for !stop.Load() {
			do()
		}
	})
	b.Cleanup(func() {
		stop.Store(true)
		neighbour.Wait()
	})
}
