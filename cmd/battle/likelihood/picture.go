package likelihood

import (
	"fmt"
	"strings"

	"battle.test/cmd/battle/svg"
)

// The picture of the curve: SVG that stands alone, or in a page. Letters are not to shrink with
// the picture, so there is one for a desk and one for a phone, and a page shows the one that fits.
// Both follow the reader's light or dark.

// A layout is where things are in a picture, in pixels.
type layout struct {
	class                    string // beside curve
	width, height            int
	left, right, top, bottom float64 // of the plot
	titled                   bool    // else the page says it
	axis                     string
	ticks                    int // moments with a number, and points with a percentage
}

var (
	desk = layout{
		class: "desk", width: 760, height: 360, left: 56, right: 740, top: 56, bottom: 300,
		titled: true, axis: "updates of the trace that have run; the rest of each run is random", ticks: 10,
	}
	phone = layout{
		class: "phone", width: 330, height: 250, left: 46, right: 322, top: 18, bottom: 196,
		axis: "updates of the trace that have run", ticks: 5,
	}
)

const (
	svgLine     = 18
	svgLetter   = 7 // how wide one is, roughly
	svgLabelMax = 84
)

const svgStyle = `
.curve { background: #fff; font: 13px system-ui, sans-serif; }
.curve text { fill: #333; }
.curve .grid { stroke: #ddd; }
.curve .band { fill: #2563eb; opacity: .18; }
.curve .line { fill: none; stroke: #2563eb; stroke-width: 2; }
.curve .dot { fill: #2563eb; }
.curve .jump { fill: #dc2626; opacity: .13; }
.curve .jumpdot { fill: #dc2626; }
.curve .blame { fill: #b91c1c; font-weight: 600; }
@media (prefers-color-scheme: dark) {
.curve { background: #16181d; }
.curve text { fill: #ddd; }
.curve .grid { stroke: #3a3f4a; }
.curve .band, .curve .dot { fill: #7aa7ff; }
.curve .line { stroke: #7aa7ff; }
.curve .jump, .curve .jumpdot { fill: #ff7b72; }
.curve .blame { fill: #ff9d96; }
}
`

// A drawing is a picture of a trace, which gives its width a scale.
type drawing struct {
	svg.Drawing
	layout
	last int // the last moment
}

func (d *drawing) x(moment int) float64 {
	return d.left + float64(moment)/float64(d.last)*(d.right-d.left)
}

func (d *drawing) y(p float64) float64 { return d.bottom - p*(d.bottom-d.top) }

// SVG draws the curve, as a file of its own.
func (a *Account) SVG() []byte { return a.draw(desk, svgStyle) }

// Pictures are the curve for a desk and for a phone, of the classes desk and phone, for a page
// that shows one of them and has rules of style for them.
func (a *Account) Pictures() []byte { return append(a.draw(desk, ""), a.draw(phone, "")...) }

// Styled is Pictures with their rules, for a page that only says which of them it shows.
func (a *Account) Styled() []byte { return append(a.draw(desk, svgStyle), a.draw(phone, "")...) }

func (a *Account) draw(l layout, style string) []byte {
	d := &drawing{layout: l, last: len(a.Finding.Trace)}
	d.Put(`<svg xmlns="http://www.w3.org/2000/svg" class="curve %s" role="img" width="%d" height="%d" viewBox="0 0 %d %d">`, d.class, d.width, d.height, d.width, d.height)
	d.Put(`<title>%s</title>`, svg.Escaped("Likelihood of: "+a.Finding.Title()))
	d.Put(`<desc>%s</desc>`, svg.Escaped("To blame: "+a.Blame()+". "+strings.Join(a.Verdict(), " ")))
	if style != "" {
		d.Put(`<style>%s</style>`, style)
	}
	if d.titled {
		d.Text(d.left, 20, "", svg.Fit("How likely is: "+a.Finding.Title(), svgLabelMax))
		d.Text(d.left, 40, `class="blame"`, svg.Fit("To blame: "+a.Blame(), svgLabelMax))
	}
	d.axes()
	a.curve(d)
	d.Put(`</svg>`)
	return d.Bytes()
}

// axes draws the grid and what its lines stand for.
func (d *drawing) axes() {
	for _, p := range []float64{0, 0.25, 0.5, 0.75, 1} {
		d.Put(`<line class="grid" x1="%.0f" x2="%.0f" y1="%.1f" y2="%.1f"/>`, d.left, d.right, d.y(p), d.y(p))
		d.Text(d.left-8, d.y(p)+4, `text-anchor="end"`, fmt.Sprintf("%.0f %%", 100*p))
	}
	step := max(1, (d.last+d.ticks-1)/d.ticks)
	for m := 0; m <= d.last; m += step {
		d.Text(d.x(m), d.bottom+18, `text-anchor="middle"`, fmt.Sprint(m))
	}
	d.Text((d.left+d.right)/2, d.bottom+40, `text-anchor="middle"`, d.axis)
}

// curve draws the likelihood, its intervals, and where it jumps.
func (a *Account) curve(d *drawing) {
	points := a.Explanation.Points
	var line, low, high []string
	for _, p := range points {
		line = append(line, fmt.Sprintf("%.1f,%.1f", d.x(p.Moment), d.y(p.P)))
		high = append(high, fmt.Sprintf("%.1f,%.1f", d.x(p.Moment), d.y(p.High)))
		low = append([]string{fmt.Sprintf("%.1f,%.1f", d.x(p.Moment), d.y(p.Low))}, low...)
	}
	if c := a.Explanation.Culprit; c != nil {
		from, to := d.x(points[c.After-1].Moment), d.x(c.Update)
		d.Put(`<rect class="jump" x="%.1f" y="%.0f" width="%.1f" height="%.0f"/>`, from, d.top, to-from, d.bottom-d.top)
		kind, _, _ := strings.Cut(a.Update(c.Update), " ")
		half := float64(len(kind)*svgLetter) / 2 // it may be wider than the jump, but not than the plot
		d.Text(max(d.left+half, min(d.right-half, (from+to)/2)), d.top+svgLine, `class="blame" text-anchor="middle"`, kind)
	}
	d.Put(`<polygon class="band" points="%s"/>`, strings.Join(append(high, low...), " "))
	d.Put(`<polyline class="line" points="%s"/>`, strings.Join(line, " "))
	for _, row := range a.Moments() {
		class, anchor := "dot", "middle"
		if row.Jump {
			class = "jumpdot"
		}
		d.Put(`<circle class="%s" cx="%.1f" cy="%.1f" r="4"><title>%s</title></circle>`, class, d.x(row.Moment), d.y(row.P),
			svg.Escaped(fmt.Sprintf("%s after %s (%s): %s", row.Likelihood, count(row.Moment, "update"), row.Interval, row.Update)))
		if row.Moment == 0 {
			anchor = "start"
		} else if row.Moment == d.last {
			anchor = "end"
		}
		if row.Jump || len(points) <= d.ticks || row.Moment == d.last {
			d.Text(d.x(row.Moment), max(d.top-4, d.y(row.P)-10), fmt.Sprintf(`text-anchor="%s"`, anchor), row.Likelihood)
		}
	}
}
