package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/explore"
)

// exploredJob is a job of the explorer that has ended.
func exploredJob(t *testing.T) *job {
	s, p := threeUpdates()
	p.Counted, p.Restored = 40, "from copies, from depth 3 on"
	p.Blocks, p.Covered, p.Moments, p.Doomed, p.Traits, p.Bursts = 12, 9, 30, 5, 77, 2000
	p.SinceNew, p.Recent = 3.21, explore.Recent{Bursts: 1000, News: 4, Low: 0.00156, High: 0.01024}
	p.Unreached = []string{"m/a.go:1-2", "m/a.go:4-4", "m/b.go:5-6", "m/b.go:7-7", "m/b.go:8-8", "m/b.go:9-9"}
	p.Full = []string{"time", "hash"}
	p.Files = []explore.FileCoverage{{File: "m/a.go", Blocks: 7, Covered: 5}, {File: "m/b.go", Blocks: 5, Covered: 4}}
	p.DoomedPlaces = []explore.DoomedPlace{
		{Shows: "m/a.go:9-9", Update: "append", Moments: 3, Bursts: 1300, Depth: 4, Spent: 480, Trace: []string{"append n=1", "append n=2", "append n=3", "pass-until-next"}},
		{Shows: "label full", Update: "pass-until-next", Moments: 1, Bursts: 401, Depth: 1, Spent: 401, Trace: []string{"pass-until-next"}},
		{Shows: "state a", Update: "append", Moments: 1, Bursts: 401, Trace: []string{"append"}},
		{Shows: "state b", Update: "append", Moments: 1, Bursts: 401, Trace: []string{"append"}},
	}
	document, err := json.Marshal(p)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(document, &s.Progress))
	s.Runs, s.Updates = 50, 93
	s.Labels = []battle.LabelStat{{Name: "full", Runs: 5, Hits: 9}}
	return finished(t, "list", explorer{}, s)
}

func TestExplored(t *testing.T) {
	h := &hunt{jobs: []*job{exploredJob(t)}}
	const top = `
explored            blocks   moments    doomed   traits   news/1000 bursts        last new
list                  9/12        30         5       77         4 (1.6–10)        3.2s ago
  going back: from copies, from depth 3 on
  not reached: m/a.go:1-2 m/a.go:4-4 m/b.go:5-6 m/b.go:7-7 m/b.go:8-8 and 1 more (-json has all)
  too many states to tell apart: time, hash: more of them are nothing new, so give t.Reach fewer values
  nothing new from: m/a.go:9-9, by append: 1300 bursts in 3 moments, the costliest 4 updates deep: …; append n=3; pass-until-next
  nothing new from: label full, by pass-until-next: 401 bursts in 1 moment, the costliest 1 update deep: pass-until-next
  nothing new from: state a, by append: 401 bursts in 1 moment, the costliest 0 updates deep: append
`
	const never = "  never in a row: pass-until-next after pass-until-next\n"
	require.Equal(t, top+never, h.explored())
	h.matrix = true
	require.Equal(t, top+matrixOf(threeUpdates()).text()+never, h.explored())
}

func TestNewsHaveTheDigitsThatSaySomething(t *testing.T) {
	for want, r := range map[string]explore.Recent{
		"–":               {},
		"0 (0–3.8)":       {Bursts: 1000, High: 0.003827},
		"0 (0–0.00096)":   {Bursts: 4_000_000, High: 0.00000096},
		"1000 (996–1000)": {Bursts: 1000, News: 1000, Low: 0.99617, High: 1},
		"12 (7.2–21)":     {Bursts: 1000, News: 12, Low: 0.0072, High: 0.0209},
		"333 (9.9–1000)":  {Bursts: 3, News: 1, Low: 0.0099, High: 1},
	} {
		require.Equal(t, want, newsLately(r))
	}
}
