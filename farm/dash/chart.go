package dash

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"

	"battle.test/cmd/battle/svg"
)

// A chart is how something developed.
type chart struct {
	Title  string
	Value  string // the last, in words
	Points []point
	Top    float64 // what can be reached at most, or 0
	Marks  []mark
	Now    time.Time
	label  func(float64) string
}

// A point of a curve.
type point struct {
	At time.Time
	V  float64
}

// A mark is a moment that may explain a bend, such as a new build.
type mark struct {
	At   time.Time
	What string
}

// Sizes of a chart, which is drawn at its own size on a phone.
const (
	chartWidth, chartHeight = 328, 132
	chartLeft, chartRight   = 44, 324
	chartTop, chartBottom   = 10, 108
)

// nice is a round number that is not below x, of which the half is a whole one.
func nice(x float64) float64 {
	if x <= 10 {
		return max(2, 2*math.Ceil(x/2))
	}
	unit := math.Pow(10, math.Floor(math.Log10(x)))
	for _, step := range []float64{1, 1.4, 2, 3, 4, 5, 6, 8, 10} {
		if step*unit >= x {
			return step * unit
		}
	}
	return 10 * unit
}

// Draw draws the chart. Its words are in its title and description, for those who do not see
// it.
func (c chart) Draw() template.HTML {
	if len(c.Points) < 2 {
		return ""
	}
	first, last := c.Points[0], c.Points[len(c.Points)-1]
	top := c.Top
	least, most := first.V, first.V
	for _, p := range c.Points {
		top = max(top, p.V)
		least, most = min(least, p.V), max(most, p.V)
	}
	if c.Top == 0 || top > c.Top {
		top = nice(top)
	}
	width := max(1, last.At.Sub(first.At).Seconds())
	x := func(at time.Time) float64 {
		return chartLeft + at.Sub(first.At).Seconds()/width*(chartRight-chartLeft)
	}
	y := func(v float64) float64 { return chartBottom - v/max(top, 1e-12)*(chartBottom-chartTop) }
	d := &svg.Drawing{}
	d.Put(`<svg class="chart" role="img" viewBox="0 0 %d %d">`, chartWidth, chartHeight)
	d.Put(`<title>%s</title>`, svg.Escaped(c.Title+" over time: "+c.label(last.V)))
	d.Put(`<desc>%s</desc>`, svg.Escaped(fmt.Sprintf("From %s at %s to %s at %s; lowest %s, highest %s.",
		c.label(first.V), exact(first.At), c.label(last.V), exact(last.At), c.label(least), c.label(most))))
	for _, v := range []float64{0, top / 2, top} {
		d.Put(`<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>`, chartLeft, chartRight, y(v), y(v))
		d.Text(chartLeft-6, y(v)+4, `text-anchor="end"`, c.label(v))
	}
	for _, m := range c.Marks {
		if m.At.After(first.At) && !m.At.After(last.At) {
			d.Put(`<line class="mark" x1="%.1f" x2="%.1f" y1="%d" y2="%d"><title>%s</title></line>`, x(m.At), x(m.At), chartTop, chartBottom, svg.Escaped(m.What))
		}
	}
	var line []string
	for _, p := range c.Points {
		line = append(line, fmt.Sprintf("%.1f,%.1f", x(p.At), y(p.V)))
	}
	points := strings.Join(line, " ")
	d.Put(`<polygon class="area" points="%.1f,%d %s %.1f,%d"/>`, x(first.At), chartBottom, points, x(last.At), chartBottom)
	d.Put(`<polyline class="line" points="%s"/>`, points)
	d.Put(`<circle class="dot" cx="%.1f" cy="%.1f" r="2.5"/>`, x(last.At), y(last.V))
	d.Text(chartLeft, chartHeight-6, "", since(c.Now, first.At))
	d.Text(chartRight, chartHeight-6, `text-anchor="end"`, since(c.Now, last.At))
	d.Put(`</svg>`)
	return template.HTML(d.String())
}

// whole writes a number of things on an axis.
func whole(v float64) string { return short(uint64(max(0, math.Round(v)))) }
