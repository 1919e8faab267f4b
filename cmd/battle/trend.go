package main

import (
	"fmt"
	"slices"
	"strings"

	"battle.test/cmd/battle/svg"
)

// A sample is what the explorer had of something at a time.
type sample struct {
	seconds                  float64
	covered, traits, moments int
}

// sample notes the progress of those that are at work, for the curves of the page.
func (h *hunt) sample() {
	if h.page == "" {
		return
	}
	for _, c := range h.crews() {
		if slices.ContainsFunc(c, (*job).running) {
			c.sample()
		}
	}
}

// sample notes the explorer's progress. It is kept with the first of its workers.
func (c crew) sample() {
	p, ok := progressOf(c.stats())
	if !ok {
		return
	}
	seconds := c.span().Seconds()
	c[0].mu.Lock()
	defer c[0].mu.Unlock()
	c[0].trend = append(c[0].trend, sample{seconds, p.Covered, p.Traits, p.Moments})
}

// A trend is one of the explorer's figures over time.
type trend struct {
	name   string
	points [][2]float64 // seconds, how many
}

func trends(samples []sample) []trend {
	all := []trend{{name: "blocks covered"}, {name: "traits"}, {name: "moments"}}
	for i := range all {
		all[i].points = append(all[i].points, [2]float64{})
	}
	for _, s := range samples {
		for i, n := range []int{s.covered, s.traits, s.moments} {
			all[i].points = append(all[i].points, [2]float64{s.seconds, float64(n)})
		}
	}
	return all
}

const (
	trendWidth, trendHeight = 240, 110
	trendTop, trendBottom   = 26, 88
)

// svg draws a trend: where it goes flat, nothing new came.
func (t trend) svg() []byte {
	last := t.points[len(t.points)-1]
	top := 1.0
	for _, p := range t.points {
		top = max(top, p[1])
	}
	var line []string
	for _, p := range t.points {
		x := p[0] / max(last[0], 1e-9) * trendWidth
		line = append(line, fmt.Sprintf("%.1f,%.1f", x, trendBottom-p[1]/top*(trendBottom-trendTop)))
	}
	d := &svg.Drawing{}
	d.Put(`<svg xmlns="http://www.w3.org/2000/svg" class="trend" role="img" width="%d" height="%d" viewBox="0 0 %d %d">`, trendWidth, trendHeight, trendWidth, trendHeight)
	d.Put(`<title>%s over time: %.0f after %.1f s</title>`, t.name, last[1], last[0])
	d.Text(0, 14, "", fmt.Sprintf("%.0f %s", last[1], t.name))
	d.Put(`<line x1="0" x2="%d" y1="%d" y2="%d"/>`, trendWidth, trendBottom, trendBottom)
	d.Put(`<polyline points="%s"/>`, strings.Join(line, " "))
	d.Text(0, trendHeight-6, "", "0 s")
	d.Text(trendWidth, trendHeight-6, `text-anchor="end"`, fmt.Sprintf("%.1f s", last[0]))
	d.Put(`</svg>`)
	return d.Bytes()
}
