package snapshot

import (
	"hash/crc32"
	"runtime"
	"sync"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// readAt fills p from a place in a file, as io.ReaderAt does.
type readAt func(p []byte, at int64) (int, error)

// sumInPieces fills b from the file and sums it, a piece at a time while that is in the
// cache: to sum after reading all would bring every byte from memory twice.
func sumInPieces(b []byte, at int64, read readAt) (n int, sum uint32, err error) {
	const piece = 1 << 18
	for n < len(b) {
		p := b[n:min(n+piece, len(b))]
		got, err := read(p, at+int64(n))
		n += got
		if err := whole(got, len(p), err); err != nil {
			return n, 0, err
		}
		sum = crc32.Update(sum, castagnoli, p)
	}
	return n, sum, nil
}

// sumApart is sumInPieces by several goroutines, if b is large. Summing takes about as
// long as reading from the page cache: one after the other, a load would take twice the
// time of a read.
func sumApart(b []byte, at int64, read readAt) (n int, sum uint32, err error) {
	const (
		partMin  = 4 << 20 // bytes that are worth a goroutine
		partsMax = 4       // more don't get more out of the memory
	)
	parts := min(runtime.GOMAXPROCS(0), partsMax, len(b)/partMin)
	if parts < 2 {
		return sumInPieces(b, at, read)
	}
	type part struct {
		n   int
		sum uint32
		err error
	}
	done := make([]part, parts)
	var group sync.WaitGroup
	for i := range parts {
		from, to := len(b)/parts*i, len(b)/parts*(i+1)
		if i == parts-1 {
			to = len(b)
		}
		group.Go(func() {
			p := &done[i]
			p.n, p.sum, p.err = sumInPieces(b[from:to], at+int64(from), read)
		})
	}
	group.Wait()
	for _, p := range done {
		n += p.n
		if p.err != nil {
			return n, 0, p.err
		}
		sum = joined(sum, p.sum, p.n)
	}
	return n, sum, nil
}

// joined is the checksum of two texts, one behind the other: n is the length of the
// second. A CRC is the text as a polynomial, modulo another one; so that of the first is
// multiplied by x to the power of 8n, and that of the second is added (zlib,
// crc32_combine).
func joined(first, second uint32, n int) uint32 {
	const one, x8 = 1 << 31, 1 << 23 // the highest power is the lowest bit
	power, square := uint32(one), uint32(x8)
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			power = times(power, square)
		}
		square = times(square, square)
	}
	return times(power, first) ^ second
}

// times multiplies two polynomials, modulo Castagnoli's.
func times(a, b uint32) (product uint32) {
	for bit := uint32(1) << 31; bit != 0; bit >>= 1 {
		if a&bit != 0 {
			product ^= b
		}
		carry := b & 1
		b = b>>1 ^ carry*crc32.Castagnoli
	}
	return product
}
