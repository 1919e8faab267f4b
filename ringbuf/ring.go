package ringbuf

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
)

const (
	segmentMax = 256 << 10 // bytes
	segmentMin = 16        // bytes; above 1, so that a segment's number plus 1 fits into 64 bits
	slabMax    = 64 << 20  // bytes

	// capacityMax is 16 TiB. The slots are made at once, and take 512 MiB then.
	capacityMax = uint64(1) << 44
)

// A Ring retains the tip of a stream. Append is for one goroutine at a time, all else
// for any.
type Ring struct {
	// Constant after New.
	capacity uint64
	base     uint64
	shift    uint8  // a segment holds 1<<shift bytes
	keep     uint64 // how many segments hold the capacity, wherever tail is
	slots    []slot // a power of two, not below keep

	// The writer's own.
	buf  []byte     // the memory of the segment at tail
	pos  int        // where tail is in buf
	end  int        // how far buf may be filled
	next uint64     // tail
	slab []byte     // memory for segments to come
	made uint64     // segments cut from slabs
	late []*segment // left the ring while pinned; their memory is used again when they are not

	_    [64]byte // keeps the words that readers poll off the writer's line
	tail atomic.Uint64

	waiters atomic.Int64
	wake    atomic.Pointer[chan struct{}] // nil: nobody sleeps

	mu      sync.Mutex // guards growth of readers; never taken by Append or a read
	readers atomic.Pointer[[]*Reader]
	lent    atomic.Pointer[[]*Reader] // the readers that Ring.ReadAt borrows
}

// A slot is the place of the segments whose number is the slot's index modulo the
// number of slots. There may be more slots than segments: a mask is several times
// faster than a division.
type slot struct{ segment atomic.Pointer[segment] }

// A segment is memory for the offsets number<<shift up to the next segment's. Its
// number changes when its memory is reused.
type segment struct {
	number atomic.Uint64
	buf    []byte
}

// Bounds are the offsets that a ring can answer: [First, Tail).
type Bounds struct {
	First uint64 // of the oldest retained byte
	Tail  uint64 // of the next byte to come
}

// New makes an empty ring of the given capacity in bytes for a stream that is base
// bytes long. The capacity is 1 byte to 16 TiB. Memory is taken as the ring fills:
// the capacity, two segments, and one more for each reader, at most.
func New(capacity int, base uint64) (*Ring, error) {
	if capacity < 1 || uint64(capacity) > capacityMax {
		return nil, fmt.Errorf("ringbuf: capacity %d, want 1 to %d bytes", capacity, capacityMax)
	}
	size := segmentSize(uint64(capacity))
	// One more than holds the capacity: when a segment is entered, all of the one
	// that goes for it lies capacity or more below tail.
	keep := (uint64(capacity)+size-1)/size + 1
	r := &Ring{
		capacity: uint64(capacity),
		base:     base,
		shift:    uint8(bits.TrailingZeros64(size)),
		keep:     keep,
		slots:    make([]slot, 1<<bits.Len64(keep-1)),
		next:     base,
	}
	r.tail.Store(base)
	r.readers.Store(new([]*Reader))
	r.lent.Store(new([]*Reader))
	return r, nil
}

// segmentSize is a power of two, an eighth of the capacity or so.
func segmentSize(capacity uint64) uint64 {
	eighth := uint64(1) << bits.Len64(capacity>>3)
	return min(max(eighth, segmentMin), segmentMax)
}

// Capacity is the number of bytes that the ring retains once it has filled.
func (r *Ring) Capacity() int { return int(r.capacity) }

// Base is the offset that the ring was started at.
func (r *Ring) Base() uint64 { return r.base }

// Bounds are the bounds at one instant.
func (r *Ring) Bounds() Bounds { return r.boundsAt(r.tail.Load()) }

// boundsAt computes first from tail. There is no underflow: tail-base is the number
// of bytes ever appended.
func (r *Ring) boundsAt(tail uint64) Bounds {
	first := r.base
	if tail-r.base > r.capacity {
		first = tail - r.capacity
	}
	return Bounds{first, tail}
}

// Append appends p to the stream. It copies p, and allocates nothing once the ring
// has filled, but for a segment when more readers lag behind than ever before. The only
// error is an [Overflow], and then nothing is appended.
func (r *Ring) Append(p []byte) error {
	if len(p) > r.end-r.pos {
		return r.appendAcross(p)
	}
	copy(r.buf[r.pos:], p)
	r.pos += len(p)
	r.next += uint64(len(p))
	r.publish()
	return nil
}

// appendAcross appends what does not fit into the present segment.
func (r *Ring) appendAcross(p []byte) error {
	if room := math.MaxUint64 - r.next; uint64(len(p)) > room {
		return Overflow{Tail: r.next, Length: len(p)}
	}
	for {
		n := copy(r.buf[r.pos:r.end], p)
		p = p[n:]
		r.pos += n
		r.next += uint64(n)
		r.publish()
		if len(p) == 0 {
			return nil
		}
		r.enter()
	}
}

// publish makes the bytes up to next visible and wakes those who wait for them.
func (r *Ring) publish() {
	r.tail.Store(r.next)
	if r.waiters.Load() != 0 {
		r.wakeAll()
	}
}

// at is the slot of a segment.
func (r *Ring) at(number uint64) *atomic.Pointer[segment] {
	return &r.slots[number&uint64(len(r.slots)-1)].segment
}

// enter makes the segment that tail is in the present one. tail is published, so the
// bounds exclude the segment that goes for it.
func (r *Ring) enter() {
	number := r.next >> r.shift
	segment := r.retire(number - r.keep)
	if segment == nil {
		segment = r.reclaim()
	}
	if segment == nil {
		segment = r.grow()
	}
	segment.number.Store(number)
	r.at(number).Store(segment)
	r.buf = segment.buf
	r.pos = int(r.next - number<<r.shift)
	r.end = len(r.buf)
	// The last offset there is, 2^64-1, can be tail, but never a byte's.
	if room := math.MaxUint64 - r.next; uint64(r.end-r.pos) > room {
		r.end = r.pos + int(room)
	}
}

// retire takes a segment out of the ring, and returns it if its memory is free. One
// that a reader has pinned keeps its memory and its number for now. Before the ring has
// turned over once there is none: the number may then have wrapped, and fits no segment.
func (r *Ring) retire(number uint64) *segment {
	at := r.at(number)
	old := at.Load()
	if old == nil || old.number.Load() != number {
		return nil
	}
	at.Store(nil)
	if r.pinned(number) {
		r.late = append(r.late, old)
		return nil
	}
	return old
}

// reclaim returns a segment that was pinned when it left the ring and is no more. None
// can find it in its slot now, so none can pin it again and use it. There are never more
// of those that are late than readers: each that is added was pinned, and takes the
// place of one that is not.
func (r *Ring) reclaim() *segment {
	for i, late := range r.late {
		if !r.pinned(late.number.Load()) {
			r.late = slices.Delete(r.late, i, i+1)
			return late
		}
	}
	return nil
}

// grow makes a segment. The first ones are cut from slabs: memory in large pieces is
// what the system backs with large pages, and copying is a third faster then.
func (r *Ring) grow() *segment {
	size := 1 << r.shift
	if r.made >= r.keep {
		return &segment{buf: make([]byte, size)}
	}
	if len(r.slab) < size {
		r.slab = make([]byte, min((r.keep-r.made)<<r.shift, slabMax))
	}
	buf := r.slab[:size:size]
	r.slab = r.slab[size:]
	r.made++
	return &segment{buf: buf}
}

// pinned tells whether any reader has pinned a segment.
func (r *Ring) pinned(number uint64) bool {
	for _, reader := range *r.readers.Load() {
		if reader.pin.Load() == number+1 {
			return true
		}
	}
	return false
}

// ReadAt copies up to len(p) bytes of the stream, from off on, into p. It is
// [io.ReaderAt] in spirit, for any number of goroutines, but with three differences:
// offsets are unsigned, a short read at tail is no error, and at tail itself it
// returns 0 and nil where io.ReaderAt returns io.EOF: a stream has no end.
//
// The errors are [TooOld] and [Future]. The number of bytes is 0 then, but p may have
// been written to: the writer can overtake a read that has begun.
func (r *Ring) ReadAt(p []byte, off uint64) (int, error) {
	reader := r.borrow()
	answer := reader.Copy(p, off)
	reader.busy.Store(false)
	return answer.N, answer.Err(off)
}

// borrow takes a reader that nobody uses, or adds one: there are as many as there
// ever were reads at the same time.
func (r *Ring) borrow() *Reader {
	for _, reader := range *r.lent.Load() {
		if reader.busy.CompareAndSwap(false, true) {
			return reader
		}
	}
	reader := r.NewReader()
	reader.busy.Store(true)
	r.mu.Lock()
	defer r.mu.Unlock()
	lent := append([]*Reader{reader}, *r.lent.Load()...)
	r.lent.Store(&lent)
	return reader
}
