package sim

import (
	"bytes"
	"fmt"
	"html"
	"io"
)

// WriteDiagram writes the log as a space-time diagram: an SVG without references to
// anything outside, as wide as a phone. Each host is a line on which time goes down, each
// packet an arrow. Rows are as far apart as there is to show, not as their times are:
// those stand at the left. Faults are red, and say what they are; a host that is down has no
// line, and one that is paused a broken one. Rules are bars at the right, as long as they are
// in force. Whatever is pointed at says more.
func (l *Log) WriteDiagram(w io.Writer) error {
	d := diagram{log: l, arrows: map[uint64]arrowEnds{}, said: map[ID]string{}, alive: make([]float64, len(l.names)), paused: make([]bool, len(l.names))}
	d.place()
	d.legend()
	d.height = int(d.y) + diagramRow
	fmt.Fprintf(&d.out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="8" role="img">`+"\n",
		diagramWidth, d.height)
	d.out.WriteString(diagramStyle)
	fmt.Fprintf(&d.out, `<rect class="paper" width="%d" height="%d"/>`+"\n", diagramWidth, d.height)
	d.out.Write(d.back.Bytes())
	d.out.Write(d.front.Bytes())
	d.out.WriteString("</svg>\n")
	_, err := w.Write(d.out.Bytes())
	return err
}

// legend says what the marks are, and what is not shown.
func (d *diagram) legend() {
	d.y += diagramRow
	fmt.Fprintf(&d.front, `<path class="command" d="M%d %.1fl-5 -2.5v5z"/><text class="time" x="%d" y="%.1f">command</text>`+"\n", diagramLeft+5, d.y, diagramLeft+9, d.y+2)
	fmt.Fprintf(&d.front, `<circle class="deliver" cx="%d" cy="%.1f" r="2"/><text class="time" x="%d" y="%.1f">delivered to the application</text>`+"\n", diagramLeft+50, d.y, diagramLeft+55, d.y+2)
	if n := d.log.routine; n > 0 {
		fmt.Fprintf(&d.front, `<text class="time" x="%d" y="%.1f">%s of routine not shown</text>`+"\n", diagramLeft+160, d.y+2, events(n))
	}
	d.y += diagramRow
}

const (
	diagramWidth  = 360
	diagramLeft   = 46 // for times
	diagramRight  = 20 // for rules
	diagramTop    = 52 // for names
	diagramRow    = 11
	diagramMoment = 4 // between events of one moment, in addition
)

const diagramStyle = `<style>
.paper{fill:#fff} text{fill:#222;paint-order:stroke;stroke:#fff;stroke-width:1.5} .time{fill:#777;font-size:6.5px}
.life{stroke:#999;stroke-width:1} .paused{stroke-dasharray:2 3} .sent{stroke:#4a6fa5;stroke-width:.8} .head{fill:#4a6fa5}
.wrong{stroke:#c0392b;stroke-width:1} .cross{stroke:#c0392b;stroke-width:1.6} .fault{fill:#c0392b;font-weight:bold} .bar{fill:#c0392b;opacity:.35}
.note{font-size:7px} .band{fill:#e8edf4;opacity:.85} .fail{font-size:7px;font-weight:bold;fill:#fff;stroke:none} .fail.band{fill:#c0392b;opacity:1}
.gap{font-size:7px;fill:#777;stroke:none} .gap.band{fill:#eee;opacity:.85} text.note{stroke:none}
.heal{fill:#2e7d32} .deliver{fill:#2e7d32} .command{fill:#7b5ea7} .write{fill:none;stroke:#888}
@media (prefers-color-scheme:dark){.paper{fill:#161616} text{fill:#ddd;stroke:#161616} .time{fill:#999} .life{stroke:#777} .sent{stroke:#8fb3e8} .head{fill:#8fb3e8}
.wrong,.cross{stroke:#ff7b6b} .fault,.bar{fill:#ff7b6b} .band{fill:#263040} .gap{fill:#999} .gap.band{fill:#262626} .fail{fill:#fff} .fail.band{fill:#b03024}
.heal,.deliver{fill:#7bc67e} .command{fill:#b79be0}}
</style>
`

// A diagram is an SVG in the making. What is drawn last lies on top: lines first, marks and
// words after them.
type diagram struct {
	log         *Log
	out         bytes.Buffer
	back, front bytes.Buffer
	height      int
	y           float64
	at          int64
	host        ID                   // of the last row
	kind        EventKind            // likewise
	stamped     float64              // where the last time stands
	arrows      map[uint64]arrowEnds // by number of the packet
	alive       []float64            // by host: since where its line goes; 0 if it is down
	paused      []bool
	said        map[ID]string // by host: what it did last
	rules       []ruleBar
}

// arrowEnds are where a packet was sent, and what became of it.
type arrowEnds struct {
	from      ID
	to        ID
	y         float64
	corrupted bool
	arrived   bool
	text      string
}

type ruleBar struct {
	handle uint64
	y      float64
	text   string
}

func (d *diagram) x(id ID) float64 {
	width := float64(diagramWidth-diagramLeft-diagramRight) / float64(max(1, len(d.log.names)))
	return diagramLeft + width*(float64(max(0, id))+0.5)
}

// place draws everything, from the first event to the last.
func (d *diagram) place() {
	d.y = diagramTop
	for id, h := range d.log.names {
		x := d.x(ID(id))
		fmt.Fprintf(&d.front, `<text x="%.1f" y="%d" transform="rotate(-55 %.1f %d)">%s<title>%s</title></text>`+"\n",
			x, diagramTop-4, x, diagramTop-4, html.EscapeString(h.Name), h.Address)
		d.alive[id] = diagramTop
	}
	events := d.log.Events()
	seen := make([]bool, len(d.log.names))
	for id, h := range d.log.names {
		if h.Down {
			d.alive[id] = 0
		}
	}
	for _, e := range events { // whoever starts first was down before, and whoever does anything else was not
		if e.Host >= 0 && !seen[e.Host] && (e.Kind == Started || e.Kind == Killed || e.Kind == Sent || e.Kind == Received || e.Kind == Commanded) {
			seen[e.Host], d.alive[e.Host] = true, diagramTop
			if e.Kind == Started && e.At > 0 {
				d.alive[e.Host] = 0
			}
		}
	}
	d.host = -2
	for _, e := range events {
		if e.Kind == Started && e.At == 0 {
			continue // everybody does
		}
		d.row(e)
		d.draw(e)
		d.said[e.Host] = d.log.Line(e)
	}
	d.y += diagramRow
	for id := range d.log.names {
		d.life(ID(id))
	}
	for _, number := range d.open() {
		a := d.arrows[number]
		d.line(a, "sent", d.x(a.from)+(d.x(a.to)-d.x(a.from))*0.25, min(d.y, a.y+diagramRow))
	}
	for i, r := range d.rules {
		d.bar(i, r, d.y)
	}
}

// open are the packets that did not arrive, in the order of their numbers.
func (d *diagram) open() (all []uint64) {
	for _, e := range d.log.Events() {
		if a, there := d.arrows[e.Number]; there && e.Kind == Sent && !a.arrived {
			all = append(all, e.Number)
		}
	}
	return all
}

// row goes on to the next row, unless the event belongs to the one before: a packet to
// many is one row.
func (d *diagram) row(e Event) {
	switch e.Kind {
	case Lost, Corrupted, Duplicated, Stuck:
		if e.Peer >= 0 {
			return
		}
	case Delivered, Wrote, Sent:
		if e.Host == d.host && e.At == d.at && e.Kind == d.kind || e.Kind == Delivered {
			return
		}
	}
	d.y += diagramMoment
	switch {
	case e.Kind == Received && d.kind == Received: // one to many arrives many times
		d.y++
	case e.At != d.at || d.host == -2:
		d.y += diagramRow - diagramMoment
	}
	d.at, d.host, d.kind = e.At, e.Host, e.Kind
	if d.y-d.stamped >= 8 {
		d.stamped = d.y
		fmt.Fprintf(&d.front, `<text class="time" x="2" y="%.1f">%d.%06d</text>`+"\n", d.y+2, e.At/Second, e.At%Second/Microsecond)
	}
}

func (d *diagram) draw(e Event) {
	line := html.EscapeString(d.log.Line(e))
	x := d.x(e.Host)
	switch e.Kind {
	case Sent:
		d.arrows[e.Number] = arrowEnds{from: e.Host, to: e.Peer, y: d.y, text: line}
	case Corrupted:
		if a, there := d.arrows[e.Number]; there {
			a.corrupted, a.text = true, line
			d.arrows[e.Number] = a
		}
	case Received:
		d.arrive(e)
	case Lost:
		d.lose(e, line)
	case Stuck, Duplicated, Synced:
	case Delivered:
		fmt.Fprintf(&d.front, `<circle class="deliver" cx="%.1f" cy="%.1f" r="2"><title>%s</title></circle>`+"\n", x, d.y, line)
	case Commanded:
		fmt.Fprintf(&d.front, `<path class="command" d="M%.1f %.1fl-5 -2.5v5z"><title>%s</title></path>`+"\n", x, d.y, line)
	case Wrote:
		fmt.Fprintf(&d.front, `<circle class="write" cx="%.1f" cy="%.1f" r="2"><title>%s</title></circle>`+"\n", x, d.y, line)
	case Imposed:
		d.rules = append(d.rules, ruleBar{e.Number, d.y, line})
		d.word(e, "fault", line)
	case Noted, Failed, Elided:
		d.across(e, line)
	case Lifted:
		for i, r := range d.rules {
			if r.handle == e.Number {
				d.bar(i, r, d.y)
				d.rules[i].handle = 0
			}
		}
		d.word(e, "heal", line)
	default:
		d.change(e, line)
	}
}

// change draws what happens to a host itself.
func (d *diagram) change(e Event, line string) {
	switch e.Kind {
	case Killed:
		d.life(e.Host)
		d.alive[e.Host], d.paused[e.Host] = 0, false
		d.cross(d.x(e.Host), d.y)
	case Paused, Resumed:
		d.life(e.Host)
		d.alive[e.Host], d.paused[e.Host] = d.y, e.Kind == Paused
	case Started:
		d.alive[e.Host] = d.y
	}
	class := "fault"
	if e.tone() == repair {
		class = "heal"
	}
	d.word(e, class, line)
}

// word writes beside a host's line, on the side on which there is more room.
func (d *diagram) word(e Event, class, line string) {
	x, anchor := d.x(e.Host)+4, "start"
	if x > diagramWidth*0.5 {
		x, anchor = x-8, "end"
	}
	if e.Host < 0 {
		x, anchor = diagramLeft, "start"
	}
	text := []rune(html.UnescapeString(line))
	const most = 44
	if len(text) > most {
		text = append(text[:most-1], '…')
	}
	fmt.Fprintf(&d.front, `<text class="%s" x="%.1f" y="%.1f" text-anchor="%s">%s<title>%s</title></text>`+"\n",
		class, x, d.y+2.5, anchor, html.EscapeString(string(text)), line)
	d.y += diagramRow - diagramMoment
}

// across writes what is of nobody's line: notes, what is left out, and at last what went wrong,
// with what its host did just before.
func (d *diagram) across(e Event, line string) {
	class := map[EventKind]string{Noted: "note", Failed: "fail", Elided: "gap"}[e.Kind]
	const width = 84
	lines := folded(html.UnescapeString(line), width)
	if e.Kind == Failed && e.Host >= 0 {
		d.y += diagramMoment
		d.cross(d.x(e.Host), d.y)
		lines = append(folded(d.log.name(e.Host)+" "+d.said[e.Host], width), lines...)
		d.y += diagramMoment
	}
	height := diagramRow*float64(len(lines)) - 1
	d.y += diagramMoment
	fmt.Fprintf(&d.front, `<rect class="%s band" x="%d" y="%.1f" width="%d" height="%.1f"/>`+"\n",
		class, diagramLeft-4, d.y-6, diagramWidth-diagramLeft-diagramRight+6, height)
	for _, one := range lines {
		fmt.Fprintf(&d.front, `<text class="%s" x="%d" y="%.1f">%s</text>`+"\n", class, diagramLeft-1, d.y+2, html.EscapeString(one))
		d.y += diagramRow
	}
	d.y -= diagramMoment
}

// life draws a host's line from where it began to here.
func (d *diagram) life(id ID) {
	if d.alive[id] == 0 {
		return
	}
	class := "life"
	if d.paused[id] {
		class += " paused"
	}
	fmt.Fprintf(&d.back, `<path class="%s" d="M%.1f %.1fV%.1f"/>`+"\n", class, d.x(id), d.alive[id], d.y)
}

func (d *diagram) line(a arrowEnds, class string, x, y float64) {
	fmt.Fprintf(&d.back, `<path class="%s" d="M%.1f %.1fL%.1f %.1f"><title>%s</title></path>`+"\n", class, d.x(a.from), a.y, x, y, a.text)
}

func (d *diagram) arrive(e Event) {
	a, there := d.arrows[e.Number]
	if !there {
		return // it was sent before the log begins
	}
	class := "sent"
	if a.corrupted {
		class = "wrong"
	}
	x := d.x(e.Host)
	d.line(a, class, x, d.y)
	a.arrived = true
	d.arrows[e.Number] = a
	side := 3.5
	if d.x(a.from) > x {
		side = -side
	}
	fmt.Fprintf(&d.front, `<path class="head" d="M%.1f %.1fl%.1f -3.2v4z"/>`+"\n", x, d.y, -side)
}

// lose ends an arrow half way, or at its receiver if it came that far.
func (d *diagram) lose(e Event, line string) {
	a, there := d.arrows[e.Number]
	if !there || e.Peer < 0 {
		return
	}
	part := 0.5
	if e.Reason == LostDown || e.Reason == LostInbox {
		part = 1
	}
	x, y := d.x(a.from)+(d.x(a.to)-d.x(a.from))*part, max(d.y, a.y+diagramRow/2)
	a.text, a.arrived = line, true
	d.arrows[e.Number] = a
	if e.tone() == plain {
		d.line(a, "sent", x, y)
		return
	}
	d.line(a, "wrong", x, y)
	d.cross(x, y)
}

func (d *diagram) cross(x, y float64) {
	fmt.Fprintf(&d.front, `<path class="cross" d="M%.1f %.1fl5 5m-5 0l5 -5"/>`+"\n", x-2.5, y-2.5)
}

// bar draws how long a rule was in force.
func (d *diagram) bar(i int, r ruleBar, to float64) {
	if r.handle == 0 {
		return
	}
	const bars = 5
	x := diagramWidth - diagramRight + 2 + float64(i%bars)*(diagramRight-2)/bars
	fmt.Fprintf(&d.back, `<rect class="bar" x="%.1f" y="%.1f" width="3" height="%.1f"><title>%s</title></rect>`+"\n", x, r.y, to-r.y, r.text)
}
