package main

import (
	"bytes"
	"fmt"
	"math"
	"slices"

	"battle.test/cmd/battle/svg"
)

// Sizes of the plot, in pixels.
const (
	raceLeft  = 240
	raceWidth = 560
	raceRight = 110
	raceTop   = 50
	raceFoot  = 60
)

// A lane is the room of a task in the plot. Many tasks get narrow ones.
type lane struct {
	row    int // with one engine
	engine int // for each more
	dot    int // radius
}

func laneFor(tasks int) lane {
	if tasks <= 20 {
		return lane{row: 24, engine: 9, dot: 4}
	}
	return lane{row: 12, engine: 5, dot: 3}
}

// raceColours are one an engine, told apart by the colour-blind too (Okabe and Ito), and
// on light and on dark.
var raceColours = []string{"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"}

const raceStyle = `
.race { background: #fff; font: 12px system-ui, sans-serif; }
.race text { fill: #333; }
.race .grid { stroke: #ccc; }
.race .stripe { fill: #000; opacity: .05; }
.race .missed { fill: #fff; }
@media (prefers-color-scheme: dark) {
.race { background: #16181d; }
.race text { fill: #ddd; }
.race .grid { stroke: #3a3f4a; }
.race .stripe { fill: #fff; opacity: .06; }
.race .missed { fill: #16181d; }
}
`

// benchPlot draws a row a task, with the median and the interval of each engine on a
// logarithmic scale of CPU seconds, up to the budget. It follows the reader's light or
// dark.
func benchPlot(results []trial, budget float64) []byte {
	engines := inOrder(results, func(t trial) string { return t.Engine })
	tasks := inOrder(results, trial.task)
	lane := laneFor(len(tasks))
	row := lane.row + lane.engine*(len(engines)-1)
	bottom := raceTop + row*len(tasks)
	scale := scaleOf(results, budget)
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="race" width="%d" height="%d"><style>%s</style>`+"\n", raceLeft+raceWidth+raceRight, bottom+raceFoot, raceStyle)
	for i, name := range engines {
		x := raceLeft + 100*i
		fmt.Fprintf(&b, `<circle cx="%d" cy="16" r="4" fill="%s"/><text x="%d" y="20">%s</text>`+"\n", x, raceColours[i%len(raceColours)], x+9, svg.Escaped(name))
	}
	scale.draw(&b, bottom)
	for i, task := range tasks {
		top := raceTop + row*i
		if i%2 == 0 {
			fmt.Fprintf(&b, `<rect class="stripe" x="0" y="%d" width="100%%" height="%d"/>`+"\n", top, row)
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", raceLeft-12, top+row/2+4, svg.Escaped(task))
		for k, name := range engines {
			if t, there := bestOf(results, task, name); there {
				scale.mark(&b, t, top+lane.row/2+lane.engine*k, lane.dot, raceColours[k%len(raceColours)])
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

// draw draws the lines of the scale, named above and below: a plot may be long.
func (s logScale) draw(b *bytes.Buffer, bottom int) {
	line := func(seconds float64, label string) {
		x := s.x(seconds)
		fmt.Fprintf(b, `<line class="grid" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`+"\n", x, raceTop-6, x, bottom)
		for _, y := range []int{raceTop - 12, bottom + 16} {
			fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", x, y, label)
		}
	}
	for power := s.low; power < s.high-0.15; power++ {
		line(math.Pow(10, power), fmt.Sprintf("%g s", math.Pow(10, power)))
	}
	line(math.Pow(10, s.high), fmt.Sprintf("budget, %.4g s", math.Pow(10, s.high)))
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">CPU seconds until found; hollow: most seeds found nothing in the budget</text>`+"\n", raceLeft+raceWidth/2, bottom+40)
}

// mark draws a trial: a line over its interval, and a dot at the median.
func (s logScale) mark(b *bytes.Buffer, t trial, y, radius int, colour string) {
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
	at, fill := middle.Seconds, fmt.Sprintf(`fill="%s"`, colour)
	if !found {
		at, fill = budget, `class="missed"`
	}
	fmt.Fprintf(b, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="%s" stroke-width="2"/><circle cx="%.1f" cy="%d" r="%d" %s stroke="%s" stroke-width="1.5"/>`+"\n",
		s.x(slices.Min(took)), y, s.x(slices.Max(took)), y, colour, s.x(at), y, radius, fill, colour)
}
