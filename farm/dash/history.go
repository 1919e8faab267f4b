package dash

import (
	"slices"
	"time"

	"battle.test/farm/store"
)

// pointsMax is how many points a curve is drawn with: more are closer than a pixel.
const pointsMax = 240

// staleMin is the age after which the rate of a sample says nothing of the present, at least:
// where samples are rarer, it is the time of a few of them.
const staleMin = 10 * time.Minute

// total sums up the histories of targets at moments of equal distance. At each moment a target
// is as its last sample before says.
func total(histories ...[]store.Sample) []store.Sample {
	var first, last time.Time
	for _, h := range histories {
		if len(h) == 0 {
			continue
		}
		if at := h[0].At; first.IsZero() || at.Before(first) {
			first = at
		}
		if at := h[len(h)-1].At; at.After(last) {
			last = at
		}
	}
	if !last.After(first) {
		return nil
	}
	next := make([]int, len(histories)) // of each target, the first sample after the moment
	all := make([]store.Sample, 0, pointsMax)
	for n := range pointsMax {
		at := first.Add(last.Sub(first) * time.Duration(n+1) / pointsMax)
		sum := store.Sample{At: at}
		for i, h := range histories {
			for next[i] < len(h) && !h[next[i]].At.After(at) {
				next[i]++
			}
			if next[i] == 0 {
				continue
			}
			s := h[next[i]-1]
			sum.Updates, sum.CPU = sum.Updates+s.Updates, sum.CPU+s.CPU
			sum.Entries, sum.Findings, sum.Open = sum.Entries+s.Entries, sum.Findings+s.Findings, sum.Open+s.Open
			sum.Covered, sum.Blocks, sum.Moments = sum.Covered+s.Covered, sum.Blocks+s.Blocks, sum.Moments+s.Moments
			if at.Sub(s.At) < max(staleMin, 4*h[len(h)-1].At.Sub(h[0].At)/time.Duration(len(h))) {
				sum.Rate += s.Rate
			}
			sum.Build = s.Build
		}
		all = append(all, sum)
	}
	return all
}

// charts are the curves of a history. Builds that came in its time are marked, unless they are
// too many to be told apart.
func charts(now time.Time, history []store.Sample, builds []store.Build) []chart {
	const marksMax = 16
	var marks []mark
	for _, b := range builds {
		if len(history) > 0 && b.Seen.After(history[0].At) {
			marks = append(marks, mark{b.Seen, "build " + number(b.Number) + ": " + b.Subject})
		}
	}
	if len(marks) > marksMax {
		marks = nil
	}
	blocks := 0
	for _, s := range history {
		blocks = max(blocks, s.Blocks)
	}
	all := []chart{
		{Title: "Blocks of code covered", Top: float64(blocks), label: whole},
		{Title: "Updates a second", label: whole},
		{Title: "Moments of the frontier", label: whole},
		{Title: "Entries of the corpus", label: whole},
		{Title: "Open findings", label: whole},
	}
	for _, s := range history {
		for i, v := range []float64{float64(s.Covered), s.Rate, float64(s.Moments), float64(s.Entries), float64(s.Open)} {
			all[i].Points = append(all[i].Points, point{s.At, v})
		}
	}
	for i := range all {
		c := &all[i]
		c.Now, c.Marks = now, marks
		if n := len(c.Points); n > 0 {
			c.Value = c.label(c.Points[n-1].V)
		}
	}
	if n := len(history); n > 0 && blocks > 0 {
		all[0].Value = number(history[n-1].Covered) + " of " + number(history[n-1].Blocks)
	}
	return slices.DeleteFunc(all, func(c chart) bool { return len(c.Points) < 2 })
}
