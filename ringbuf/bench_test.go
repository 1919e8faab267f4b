package ringbuf

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The baselines walk as much memory as the ring does, in the same way.
const benchCapacity = 64 << 20

var benchSizes = []int{64, 1 << 10, 64 << 10}

func sizeName(n int) string {
	if n >= 1<<10 {
		return fmt.Sprintf("%dKiB", n>>10)
	}
	return fmt.Sprintf("%dB", n)
}

func filled(b *testing.B) *Ring {
	r, err := New(benchCapacity, 315567)
	if err != nil {
		b.Fatal(err)
	}
	chunk := make([]byte, 1<<20)
	for range 2*benchCapacity>>20 + 1 {
		if err := r.Append(chunk); err != nil {
			b.Fatal(err)
		}
	}
	return r
}

func BenchmarkCopy(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(sizeName(n), func(b *testing.B) {
			memory, p, at := make([]byte, benchCapacity), make([]byte, n), 0
			b.SetBytes(int64(n))
			for b.Loop() {
				if at+len(p) > len(memory) {
					at = 0
				}
				at += copy(memory[at:], p)
			}
		})
	}
}

func BenchmarkCopyAndStore(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(sizeName(n), func(b *testing.B) {
			memory, p, at := make([]byte, benchCapacity), make([]byte, n), 0
			var tail atomic.Uint64
			b.SetBytes(int64(n))
			for b.Loop() {
				if at+len(p) > len(memory) {
					at = 0
				}
				at += copy(memory[at:], p)
				tail.Store(uint64(at))
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(sizeName(n), func(b *testing.B) { benchAppend(b, n, 0) })
	}
}

// One reader follows the stream: it drains what is there, then attends to its own
// work for a while.
func BenchmarkAppendWithReader(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(sizeName(n), func(b *testing.B) { benchAppend(b, n, 20*time.Microsecond) })
	}
}

// The worst a reader can do: it asks for tail all the time, so that the word moves
// between the cores' caches for every append.
func BenchmarkAppendWithSpinningReader(b *testing.B) { benchAppend(b, 64, time.Nanosecond) }

// BenchmarkAppendPinned has a reader attached that holds a view.
func BenchmarkAppendPinned(b *testing.B) {
	r := filled(b)
	d := r.NewReader()
	view, _ := d.View(r.Bounds().First, 64)
	defer view.Release()
	p := make([]byte, 64)
	b.ReportAllocs()
	for b.Loop() {
		_ = r.Append(p)
	}
}

// benchAppend appends n bytes at a time, with a reader that rests between two rounds,
// or none if rest is 0.
func benchAppend(b *testing.B, n int, rest time.Duration) {
	r := filled(b)
	var stop atomic.Bool
	var reader sync.WaitGroup
	if rest > 0 {
		reader.Go(func() { follow(r, rest, &stop) })
	}
	p := make([]byte, n)
	b.SetBytes(int64(n))
	b.ReportAllocs()
	for b.Loop() {
		_ = r.Append(p)
	}
	stop.Store(true)
	reader.Wait()
}

func follow(r *Ring, rest time.Duration, stop *atomic.Bool) {
	d := r.NewReader()
	defer d.Close()
	buffer := make([]byte, 64<<10)
	for off := r.Bounds().Tail; !stop.Load(); {
		answer := d.Copy(buffer, off)
		off += uint64(answer.N)
		switch {
		case answer.Verdict == Old:
			off = answer.Tail
		case answer.N < len(buffer) && rest > time.Microsecond:
			time.Sleep(rest)
		}
	}
}

// next picks offsets all over the ring, the same way for each benchmark.
func next(off *uint64, b Bounds, n int) uint64 {
	*off = *off*6364136223846793005 + 1442695040888963407
	return b.First + *off>>33%(b.Tail-b.First-uint64(n))
}

func BenchmarkRandomCopy64(b *testing.B) {
	memory, p := make([]byte, benchCapacity), make([]byte, 64)
	bounds := Bounds{0, benchCapacity}
	var seed uint64
	for b.Loop() {
		copy(p, memory[next(&seed, bounds, 64):])
	}
}

func BenchmarkRandomRead64(b *testing.B) {
	r := filled(b)
	d := r.NewReader()
	p := make([]byte, 64)
	bounds := r.Bounds()
	var seed uint64
	b.ReportAllocs()
	for b.Loop() {
		d.Copy(p, next(&seed, bounds, 64))
	}
}

// BenchmarkCopy64 is what a view is measured against: copying 64 bytes out.
func BenchmarkCopy64(b *testing.B) {
	memory, p, at := make([]byte, benchCapacity), make([]byte, 64), 0
	for b.Loop() {
		if at += 64; at > len(memory)-64 {
			at = 0
		}
		copy(p, memory[at:])
	}
}

func BenchmarkView(b *testing.B) {
	for _, n := range []int{64, 1 << 10, 64 << 10} {
		b.Run(sizeName(n), func(b *testing.B) {
			r := filled(b)
			d := r.NewReader()
			bounds := r.Bounds()
			off := bounds.First
			b.ReportAllocs()
			for b.Loop() {
				if off += 64; off > bounds.Tail-64 {
					off = bounds.First
				}
				view, _ := d.View(off, n)
				view.Release()
			}
		})
	}
}
