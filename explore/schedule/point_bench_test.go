package schedule_test

import (
	"sync/atomic"
	"testing"

	"battle.test/explore/schedule"
)

// What rewritten code pays for each of its steps where nobody is on a stage, as in every target
// but those of schedules.
func BenchmarkOffStage(b *testing.B) {
	var n atomic.Uint64
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			schedule.Get0(0, n.Load)
		}
	})
	b.Run("store", func(b *testing.B) {
		for b.Loop() {
			schedule.Do1(0, n.Store, 1)
		}
	})
	b.Run("compare-and-swap", func(b *testing.B) {
		for b.Loop() {
			schedule.Get2(0, n.CompareAndSwap, 1, 1)
		}
	})
}
