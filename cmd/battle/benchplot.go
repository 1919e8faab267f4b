package main

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"slices"
)

// Sizes of the plot, in pixels.
const (
	raceLeft   = 220
	raceWidth  = 560
	raceRight  = 110
	raceTop    = 50
	raceRow    = 24 // of a task with one engine
	raceEngine = 9  // for each more
)

// raceColours are one an engine, told apart by the colour-blind too (Okabe and Ito).
var raceColours = []string{"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"}

// benchPlot draws a row a task, with the median and the interval of each engine on a
// logarithmic scale of CPU seconds, up to the budget.
func benchPlot(results []trial, budget float64) []byte {
	engines := inOrder(results, func(t trial) string { return t.Engine })
	tasks := inOrder(results, trial.task)
	row := raceRow + raceEngine*(len(engines)-1)
	height := raceTop + row*len(tasks) + 40
	scale := scaleOf(results, budget)
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n", raceLeft+raceWidth+raceRight, height)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="white"/>`+"\n")
	for i, name := range engines {
		x := raceLeft + 100*i
		fmt.Fprintf(&b, `<circle cx="%d" cy="16" r="4" fill="%s"/><text x="%d" y="20">%s</text>`+"\n", x, raceColours[i%len(raceColours)], x+9, html.EscapeString(name))
	}
	scale.draw(&b, height-40)
	for i, task := range tasks {
		top := raceTop + row*i
		if i%2 == 0 {
			fmt.Fprintf(&b, `<rect x="0" y="%d" width="100%%" height="%d" fill="#000" fill-opacity="0.04"/>`+"\n", top, row)
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", raceLeft-12, top+row/2+4, html.EscapeString(task))
		for k, name := range engines {
			for _, t := range results {
				if t.task() == task && t.Engine == name {
					scale.mark(&b, t, top+raceRow/2+raceEngine*k, raceColours[k%len(raceColours)])
				}
			}
		}
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// A logScale is seconds from left to right.
type logScale struct{ low, high float64 } // powers of ten; high is the budget

func scaleOf(results []trial, budget float64) logScale {
	low := budget / 10
	for _, t := range results {
		for _, one := range t.Each {
			if one.Found && one.Seconds > 0 {
				low = min(low, one.Seconds)
			}
		}
	}
	return logScale{math.Floor(math.Log10(low)), math.Log10(budget)}
}

func (s logScale) x(seconds float64) float64 {
	at := (math.Log10(max(seconds, 1e-9)) - s.low) / (s.high - s.low)
	return raceLeft + raceWidth*min(1, max(0, at))
}

func (s logScale) draw(b *bytes.Buffer, bottom int) {
	line := func(seconds float64, label string) {
		fmt.Fprintf(b, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#bbb"/><text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n",
			s.x(seconds), raceTop-6, s.x(seconds), bottom, s.x(seconds), raceTop-12, label)
	}
	for power := s.low; power < s.high-0.15; power++ {
		line(math.Pow(10, power), fmt.Sprintf("%g s", math.Pow(10, power)))
	}
	line(math.Pow(10, s.high), fmt.Sprintf("budget, %g s", math.Pow(10, s.high)))
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">CPU seconds until found; hollow: most seeds found nothing in the budget</text>`+"\n", raceLeft+raceWidth/2, bottom+24)
}

// mark draws a trial: a line over its interval, and a dot at the median.
func (s logScale) mark(b *bytes.Buffer, t trial, y int, colour string) {
	budget := math.Pow(10, s.high)
	var took []float64
	for _, one := range t.Each {
		if one.Found {
			took = append(took, min(one.Seconds, budget))
		} else {
			took = append(took, budget)
		}
	}
	if len(took) == 0 {
		return
	}
	middle, found := t.middle()
	at, fill := middle.Seconds, colour
	if !found {
		at, fill = budget, "white"
	}
	fmt.Fprintf(b, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="%s" stroke-width="2"/><circle cx="%.1f" cy="%d" r="4" fill="%s" stroke="%s"/>`+"\n",
		s.x(slices.Min(took)), y, s.x(slices.Max(took)), y, colour, s.x(at), y, fill, colour)
}
