package worker

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/farm/store"
)

// TestNobodyPushesOutTheSeedsOfOthers lets one bring thousands of the shortest entries, under
// one name and under many.
func TestNobodyPushesOutTheSeedsOfOthers(t *testing.T) {
	for _, names := range []int{1, 3000} {
		var all []store.Entry
		for i := range 600 {
			all = append(all, store.Entry{Worker: "ada", Trace: fmt.Sprintf("append length=%04d offset=1000\n", i)})
		}
		for i := range 3000 {
			all = append(all, store.Entry{Worker: fmt.Sprint("mallory", i%names), Trace: fmt.Sprintf("r n=%d\n", i)})
		}
		w := holding(t, all...)
		seeds := w.corpus.seeds("ring")
		require.Len(t, seeds, seedsMax)
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(seeds))), seedsMax, "each is there once")
		for i := range 500 {
			require.True(t, slices.Contains(seeds, store.TraceHash(all[i].Trace)), "it was there before")
		}
		late := 0
		for _, e := range all[500:600] {
			if slices.Contains(seeds, store.TraceHash(e.Trace)) {
				late++
			}
		}
		if names == 1 {
			require.Equal(t, 100, late, "two take turns")
		}
	}
}

func TestFewEntriesAreAllSeeds(t *testing.T) {
	w := holding(t, store.Entry{Trace: "read\n"}, store.Entry{Trace: "step\n"})
	require.ElementsMatch(t, []string{store.TraceHash("read\n"), store.TraceHash("step\n")}, w.corpus.seeds("ring"))
	require.Empty(t, w.corpus.seeds("none"))
}
