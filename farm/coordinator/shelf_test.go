package coordinator

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/farm/api/exhibit"
	"battle.test/farm/store"
)

// stocked is a coordinator that has read a state of a size.
func stocked(entries, findings int) *Coordinator {
	farm := exhibit.Large(entries, findings)
	b := &book{
		corpora: make(map[string]*shelf), samples: farm.Curves, holds: make(map[string]string), changed: make(chan struct{}),
		builds: make(map[string]store.Row[store.Build]), targets: make(map[string]store.Row[store.Target]),
		findings: make(map[string]store.Row[store.Finding]), arms: make(map[string]store.Row[store.Arm]),
	}
	for _, one := range farm.Tried {
		b.builds[one.Revision] = store.Row[store.Build]{Value: one}
	}
	b.current = farm.Tried[0].Revision
	for _, t := range farm.Subjects {
		b.targets[store.Key(t.Name)] = store.Row[store.Target]{Value: t.Target}
		for i := range farm.Traces[t.Name] {
			e := farm.Traces[t.Name][len(farm.Traces[t.Name])-1-i] // the oldest first, as the store has them
			b.keep(store.EntryKey(e.Target, e.Trace), e)
		}
	}
	for _, f := range farm.Filed {
		b.findings[store.Key(f.ID)] = store.Row[store.Finding]{Value: f}
	}
	for _, a := range farm.Arms {
		b.arms[armKey(a.Target, a.Engine)] = store.Row[store.Arm]{Value: a.Arm}
	}
	return &Coordinator{Options: Options{Slice: time.Minute}, book: b}
}

func TestACorpusIsShownInItsOrder(t *testing.T) {
	c := stocked(5*230, 5)
	all, n := c.Entries("ring", 0, 1000)
	require.Equal(t, 230, n)
	require.Len(t, all, 230)
	for i := range all[1:] {
		require.False(t, all[i+1].Found.After(all[i].Found), "the newest first")
	}
	part, _ := c.Entries("ring", 100, 7)
	require.Equal(t, all[100:107], part)
	for _, wrong := range [][2]int{{-1, -1}, {230, 5}, {1 << 30, 1 << 30}} {
		part, n = c.Entries("ring", wrong[0], wrong[1])
		require.Equal(t, 230, n)
		require.Empty(t, part)
		require.NotNil(t, part)
	}
	_, n = c.Entries("none", 0, 1)
	require.Zero(t, n)

	corpus := c.Corpora()[1]
	sum, bytes := 0, 0
	for _, k := range corpus.Engines {
		sum += k
	}
	for _, e := range all {
		bytes += e.Bytes
	}
	require.Equal(t, []int{230, 230, bytes}, []int{corpus.Entries, sum, corpus.Bytes})
	c.book.keep("ring."+all[0].Hash, store.Entry{Target: "ring", Engine: "other"})
	_, n = c.Entries("ring", 0, 0)
	require.Equal(t, 230, n, "what is there already is there once")

	_, there, err := c.Entry(t.Context(), "ring", "no hash")
	require.False(t, there)
	require.NoError(t, err)
}

func TestOutcomesOfBuilds(t *testing.T) {
	c := stocked(0, 5)
	present := c.Outcomes()[c.book.current]
	require.Equal(t, map[store.Outcome]int{store.Fails: 4, store.Passes: 1}, present)
}

// BenchmarkSource is what it costs to answer for a farm with 100,000 entries and 1,000 findings.
func BenchmarkSource(b *testing.B) {
	c := stocked(100_000, 1000)
	for name, ask := range map[string]func(){
		"overview": func() { c.Overview() }, "targets": func() { c.Targets() }, "engines": func() { c.Engines() }, "contributions": func() { c.Contributions() },
		"findings": func() { c.Findings() }, "finding": func() { c.Finding("ring-00000000") }, "corpora": func() { c.Corpora() }, "outcomes": func() { c.Outcomes() },
		"entries": func() { c.Entries("ring", 9000, 50) }, "history": func() { c.History("ring") },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				ask()
			}
		})
	}
}
