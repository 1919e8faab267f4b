// Package deque is a double-ended queue in one slice that is used round and round.
package deque

const smallest = 64 // elements: the first allocation

// A Deque is empty. Its zero value is ready to use.
type Deque struct {
	ring  []uint8 // its length is a power of two
	head  int     // of the first element
	count int
}

// Len is the number of elements.
func (d *Deque) Len() int { return d.count }

// At is the i-th element, from 0 to Len()-1.
func (d *Deque) At(i int) uint8 { return d.ring[(d.head+i)&(len(d.ring)-1)] }

// PushBack adds an element at the end.
func (d *Deque) PushBack(v uint8) {
	d.grow()
	d.ring[(d.head+d.count)&(len(d.ring)-1)] = v
	d.count++
}

// PushFront adds an element at the beginning.
func (d *Deque) PushFront(v uint8) {
	d.grow()
	d.head = (d.head - 1) & (len(d.ring) - 1)
	d.ring[d.head] = v
	d.count++
}

// PopBack takes the last element. There must be one.
func (d *Deque) PopBack() uint8 {
	d.count--
	return d.ring[(d.head+d.count)&(len(d.ring)-1)]
}

// PopFront takes the first element. There must be one.
func (d *Deque) PopFront() uint8 {
	v := d.ring[d.head]
	d.head = (d.head + 1) & (len(d.ring) - 1)
	d.count--
	return v
}

// grow makes room for one more.
func (d *Deque) grow() {
	if d.count < len(d.ring) {
		return
	}
	larger := make([]uint8, max(smallest, 2*len(d.ring)))
	// THE FAULT: what has wrapped to the beginning of the old slice is left behind. It
	// should be n := copy(larger, d.ring[d.head:]); copy(larger[n:], d.ring[:d.head]).
	// It shows when the 65th element comes, if the first is not where the slice begins.
	copy(larger, d.ring[d.head:])
	d.ring, d.head = larger, 0
}
