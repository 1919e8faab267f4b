package serve

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/statemachines/snapshot"
)

func TestWhoAsksForMoreThanItsRateWaits(t *testing.T) {
	b := NewBuckets(Rate{PerSecond: 1000, Burst: 100}, 10)
	require.Zero(t, b.Take(1, second, 100), "who was quiet has a burst")
	require.Zero(t, b.Take(1, second, 50), "the bucket is empty, not overdrawn")
	require.Equal(t, int64(50_000_000), b.Take(1, second, 1))
	require.Equal(t, int64(50_000_000), b.Take(1, second, 1), "asking costs nothing")
	require.Zero(t, b.Take(2, second, 50), "nobody else waits")
	require.Zero(t, b.Take(1, second+50_000_000, 1))
}

func TestBucketsThatAreFullMakeRoom(t *testing.T) {
	b := NewBuckets(Rate{PerSecond: 1000, Burst: 100}, 2)
	require.Zero(t, b.Take(1, second, 100))
	require.Zero(t, b.Take(3, second, 10))
	require.Equal(t, int64(7_000_000), b.Take(2, second, 7), "no room")
	later := int64(second + 10_000_000)
	require.Zero(t, b.Take(2, later, 7))
	require.Equal(t, []bucket{{1, second}, {2, later - 93_000_000}}, b.all)
}

func TestTimesOfBucketsStayWithinTheirRange(t *testing.T) {
	slow := Rate{PerSecond: 1, Burst: burstMax}
	require.NoError(t, slow.Check())
	b := NewBuckets(slow, 1)
	for range 5 {
		b.Take(1, math.MaxInt64, math.MaxInt)
	}
	require.GreaterOrEqual(t, b.Take(1, 0, 1), int64(0))
	require.EqualError(t, Rate{0, 1}.Check(), "serve: a rate of 0 bytes a second, want at least 1")
	require.EqualError(t, Rate{1, burstMax + 1}.Check(), "serve: a burst of 4294967297 bytes, want at most 4294967296")
}

func TestBucketsComeBackFromASection(t *testing.T) {
	rate := Rate{PerSecond: 1000, Burst: 100}
	b := NewBuckets(rate, 10)
	for key := range uint64(3) {
		b.Take(key, int64(key)*second, 100)
	}
	section := b.Append(nil, 2*second)
	require.Equal(t, snapshot.Words(1, 2, 2*second), section, "those that are full by now are left out")
	restore := func(section []byte) (*Buckets, error) {
		s := snapshot.Snapshot{Meta: snapshot.Meta{Service: "test"}, Sections: []snapshot.Section{snapshot.PlainSection("buckets", section)}}
		f, again := s.Fields("buckets"), NewBuckets(rate, 10)
		again.Restore(f)
		return again, f.End()
	}
	again, err := restore(section)
	require.NoError(t, err)
	require.Equal(t, section, again.Append(nil, 2*second))
	_, err = restore(snapshot.Words(2, 7, 0, 7, 0))
	require.EqualError(t, err, `test: section "buckets" at byte 24: got 7, want more than 7, the one before`)
	_, err = restore(snapshot.Words(2, 7, 0))
	require.EqualError(t, err, `test: section "buckets" at byte 24: got 0 bytes, want at least 8`)
}

func BenchmarkTake(b *testing.B) {
	buckets := NewBuckets(Rate{PerSecond: 1 << 60, Burst: 1 << 30}, 1024)
	for key := range uint64(1000) {
		buckets.Take(key, 0, 1)
	}
	b.ReportAllocs()
	var key uint64
	for b.Loop() {
		key = (key + 617) % 1000
		buckets.Take(key, 0, 1)
	}
}
