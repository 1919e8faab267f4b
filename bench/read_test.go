package bench

import (
	"testing"

	"battle.test/ringbuf"
)

func filled(b *testing.B) *ringbuf.Ring {
	r := newRing(b)
	chunk := make([]byte, 1<<20)
	for range 2*capacity>>20 + 1 {
		if err := r.Append(chunk); err != nil {
			b.Fatal(err)
		}
	}
	return r
}

// BenchmarkCopy64 is what a view is measured against: 64 bytes are copied out, in place.
func BenchmarkCopy64(b *testing.B) {
	memory, p, at := make([]byte, capacity), make([]byte, sizes[0]), 0 // no constant: that would be no call
	timed(b, func(times int) {
		for range times {
			if at += 64; at > len(memory)-64 {
				at = 0
			}
			copy(p, memory[at:])
		}
	})
}

func BenchmarkView(b *testing.B) {
	for _, n := range sizes {
		b.Run(sizeName(n), func(b *testing.B) {
			r := filled(b)
			d := r.NewReader()
			bounds := r.Bounds()
			off := bounds.First
			timed(b, func(times int) {
				for range times {
					if off += 64; off > bounds.Tail-64 {
						off = bounds.First
					}
					view, _ := d.View(off, n)
					view.Release()
				}
			})
		})
	}
}

// scattered picks offsets all over the retained range, the same way for each benchmark.
type scattered struct{ seed uint64 }

func (s *scattered) next(b ringbuf.Bounds) uint64 {
	s.seed = s.seed*6364136223846793005 + 1442695040888963407
	return b.First + s.seed>>33%(b.Tail-b.First-64)
}

func BenchmarkScatteredCopy64(b *testing.B) {
	memory, p := make([]byte, capacity), make([]byte, 64)
	var s scattered
	bounds := ringbuf.Bounds{First: 0, Tail: capacity}
	timed(b, func(times int) {
		for range times {
			copy(p, memory[s.next(bounds):])
		}
	})
}

func BenchmarkScatteredRead64(b *testing.B) {
	r := filled(b)
	d, p := r.NewReader(), make([]byte, 64)
	bounds := r.Bounds()
	var s scattered
	timed(b, func(times int) {
		for range times {
			d.Copy(p, s.next(bounds))
		}
	})
}

func BenchmarkScatteredReadAt64(b *testing.B) {
	r := filled(b)
	p := make([]byte, 64)
	bounds := r.Bounds()
	var s scattered
	timed(b, func(times int) {
		for range times {
			_, _ = r.ReadAt(p, s.next(bounds))
		}
	})
}
