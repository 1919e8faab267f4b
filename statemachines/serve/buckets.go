package serve

import (
	"fmt"
	"math"
	"slices"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/snapshot"
)

// A Rate is what somebody may have: so many bytes a second, and so many at once after having
// been quiet.
type Rate struct {
	PerSecond uint64
	Burst     uint64
}

const (
	second   = 1_000_000_000 // ns
	burstMax = 1 << 32       // at a byte a second that is 2^62 ns, which fits
)

// Check refuses rates with which times would not fit into 64 bits.
func (r Rate) Check() error {
	if r.PerSecond == 0 {
		return fmt.Errorf("serve: a rate of 0 bytes a second, want at least 1")
	}
	if r.Burst > burstMax {
		return fmt.Errorf("serve: a burst of %d bytes, want at most %d", r.Burst, uint64(burstMax))
	}
	return nil
}

// cost is how long n bytes take, in ns.
func (r Rate) cost(n uint64) int64 { return int64(min(n, burstMax) * second / r.PerSecond) }

// Buckets are the buckets of many, each found by a number. A bucket that is full is as good as
// none, and is dropped when room is needed. They are sorted, so a copy is one piece of memory.
type Buckets struct {
	rate Rate
	max  int
	all  []bucket
}

type bucket struct {
	key  uint64
	free int64 // when the next may be taken, in ns; the bucket is full a burst later
}

// NewBuckets makes buckets for at most so many at a time. The rate must be one that Check
// takes.
func NewBuckets(rate Rate, most int) *Buckets { return &Buckets{rate: rate, max: most} }

// Take takes n bytes out of a bucket, if it is not overdrawn, and returns 0: who takes much
// overdraws it. Otherwise it takes nothing, and returns for how many ns it makes no sense to
// ask again. Times begin at 0. Times begin at 0.
func (b *Buckets) Take(key uint64, now int64, n int) (wait int64) {
	i, there := b.find(key)
	if !there {
		if len(b.all) >= b.max {
			b.sweep(now)
			i, _ = b.find(key)
		}
		if len(b.all) >= b.max {
			return max(1, b.rate.cost(uint64(n)))
		}
		b.all = slices.Insert(b.all, i, bucket{key, math.MinInt64})
	}
	one := &b.all[i]
	if one.free > now {
		return one.free - now
	}
	full := machine.Later(now, -b.rate.cost(b.rate.Burst))
	one.free = machine.Later(max(one.free, full), b.rate.cost(uint64(n)))
	return 0
}

// find is where a bucket is, or would be. It is written out: a search that calls back takes
// twice as long.
func (b *Buckets) find(key uint64) (i int, there bool) {
	low, high := 0, len(b.all)
	for low < high {
		middle := int(uint(low+high) / 2)
		if b.all[middle].key < key {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, low < len(b.all) && b.all[low].key == key
}

// sweep drops the buckets that are full.
func (b *Buckets) sweep(now int64) {
	full := machine.Later(now, -b.rate.cost(b.rate.Burst))
	b.all = slices.DeleteFunc(b.all, func(one bucket) bool { return one.free <= full })
}

// Clone is a copy.
func (b *Buckets) Clone() *Buckets {
	c := *b
	c.all = slices.Clone(b.all)
	return &c
}

// Append appends the state of the buckets to a section: how many, and each key with its time.
func (b *Buckets) Append(section []byte, now int64) []byte {
	at, n := len(section), uint64(0)
	section = snapshot.AppendWords(section, 0)
	full := machine.Later(now, -b.rate.cost(b.rate.Burst))
	for _, one := range b.all {
		if one.free > full {
			section = snapshot.AppendWords(section, one.key, uint64(one.free))
			n++
		}
	}
	copy(section[at:], snapshot.Words(n))
	return section
}

// Restore reads what Append wrote.
func (b *Buckets) Restore(f *snapshot.Fields) {
	b.all = b.all[:0]
	for n := f.Word(); n > 0 && f.Err() == nil; n-- {
		key, free := f.Word(), int64(f.Word())
		if last := len(b.all) - 1; last >= 0 && b.all[last].key >= key {
			f.Refuse(-16, key, fmt.Sprintf("more than %d, the one before", b.all[last].key))
		}
		b.all = append(b.all, bucket{key, free})
	}
}
