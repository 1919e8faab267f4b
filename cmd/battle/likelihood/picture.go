package likelihood

import (
	"fmt"
	"strings"

	"battle.test/cmd/battle/svg"
)

// The picture of the curve: SVG that stands alone, or in a page. It is as wide as it
// needs to be to be read at its own size, and follows the reader's light or dark.

const (
	svgWidth, svgHeight   = 760, 360
	plotLeft, plotRight   = 56, 740
	plotTop, plotBottom   = 56, 300
	svgLine               = 18
	svgLabelMax, svgTicks = 84, 10
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
	last int // the last moment
}

func (d *drawing) x(moment int) float64 {
	return plotLeft + float64(moment)/float64(d.last)*(plotRight-plotLeft)
}

func (d *drawing) y(p float64) float64 { return plotBottom - p*(plotBottom-plotTop) }

// SVG draws the curve, as a file of its own.
func (a *Account) SVG() []byte { return a.draw(svgStyle) }

// Unstyled is SVG without the rules of its style, for a page that has its own.
func (a *Account) Unstyled() []byte { return a.draw("") }

func (a *Account) draw(style string) []byte {
	d := &drawing{last: len(a.Finding.Trace)}
	d.Put(`<svg xmlns="http://www.w3.org/2000/svg" class="curve" role="img" width="%d" height="%d" viewBox="0 0 %d %d">`, svgWidth, svgHeight, svgWidth, svgHeight)
	d.Put(`<title>%s</title>`, svg.Escaped("Likelihood of: "+a.Finding.Title()))
	d.Put(`<desc>%s</desc>`, svg.Escaped("To blame: "+a.Blame()+". "+strings.Join(a.Verdict(), " ")))
	if style != "" {
		d.Put(`<style>%s</style>`, style)
	}
	d.Text(plotLeft, 20, "", svg.Fit("How likely is: "+a.Finding.Title(), svgLabelMax))
	d.Text(plotLeft, 40, `class="blame"`, svg.Fit("To blame: "+a.Blame(), svgLabelMax))
	d.axes()
	a.curve(d)
	d.Put(`</svg>`)
	return d.Bytes()
}

// axes draws the grid and what its lines stand for.
func (d *drawing) axes() {
	for _, p := range []float64{0, 0.25, 0.5, 0.75, 1} {
		d.Put(`<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>`, plotLeft, plotRight, d.y(p), d.y(p))
		d.Text(plotLeft-8, d.y(p)+4, `text-anchor="end"`, fmt.Sprintf("%.0f %%", 100*p))
	}
	step := max(1, (d.last+svgTicks-1)/svgTicks)
	for m := 0; m <= d.last; m += step {
		d.Text(d.x(m), plotBottom+18, `text-anchor="middle"`, fmt.Sprint(m))
	}
	d.Text((plotLeft+plotRight)/2, plotBottom+40, `text-anchor="middle"`, "updates of the trace that have run; the rest of each run is random")
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
		from := points[c.After-1].Moment
		d.Put(`<rect class="jump" x="%.1f" y="%d" width="%.1f" height="%d"/>`, d.x(from), plotTop, d.x(c.Update)-d.x(from), plotBottom-plotTop)
		kind, _, _ := strings.Cut(a.Update(c.Update), " ")
		d.Text((d.x(from)+d.x(c.Update))/2, plotTop+svgLine, `class="blame" text-anchor="middle"`, kind)
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
		if row.Jump || len(points) <= svgTicks || row.Moment == d.last {
			d.Text(d.x(row.Moment), max(plotTop-4, d.y(row.P)-10), fmt.Sprintf(`text-anchor="%s"`, anchor), row.Likelihood)
		}
	}
}
