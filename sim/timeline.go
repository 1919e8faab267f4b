package sim

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// WriteTimeline writes the log as text for people, of at most 100 columns: the time in ms, the
// host, and what happened. Faults are marked with !, what ends them with +; notes stand out. A packet
// is a line where it was sent, with what became of it.
func (l *Log) WriteTimeline(w io.Writer) error {
	t := timeline{log: l, fates: make(map[uint64][]Event), begun: make(map[ID]bool)}
	for _, h := range l.names {
		t.width = max(t.width, len(h.Name))
	}
	all := l.Events()
	for _, e := range all {
		if e.isOfPacket() {
			t.fates[e.Number] = append(t.fates[e.Number], e)
		}
	}
	t.head()
	for rest := all; len(rest) > 0; {
		group, n := t.group(rest)
		if !t.begins(&rest[0]) {
			t.row(group)
		}
		rest = rest[n:]
	}
	_, err := io.WriteString(w, t.text.String())
	return err
}

const (
	timelineColumns = 100
	timelineNames   = 3 // receivers that are named; of more it says how many
)

// A timeline is text in the making.
type timeline struct {
	log   *Log
	text  strings.Builder
	width int                // of hosts' names
	fates map[uint64][]Event // by number: all events of a packet, in order
	begun map[ID]bool        // hosts that have started
}

// group is the first of some events, or all those of a packet that is sent to many. n is how many
// events that takes: what becomes of packets at once comes in between.
func (t *timeline) group(rest []Event) (group []Event, n int) {
	group = rest[:1:1]
	for n = 1; n < len(rest) && rest[0].Kind == Sent; n++ {
		switch e := &rest[n]; {
		case e.Kind == Sent && e.sameRow(&rest[0]):
			group = append(group, *e)
		case !t.toldBefore(e):
			return group, n
		}
	}
	return group, n
}

// toldBefore tells whether an event is told where its packet was sent.
func (t *timeline) toldBefore(e *Event) bool {
	return e.isOfPacket() && e.Kind != Sent && e.Kind != Released && t.fates[e.Number][0].Kind == Sent
}

func (t *timeline) head() {
	fmt.Fprintf(&t.text, "%10s    %-*s  ! a fault, + its end, == what is done; (+ms) until it is there", "ms", t.width, "host")
	if t.log.routine > 0 {
		fmt.Fprintf(&t.text, "\n%*s(%s of routine not shown)", 16+t.width, "", events(t.log.routine))
	}
	t.text.WriteByte('\n')
	if n := t.log.Dropped(); n > 0 {
		fmt.Fprintf(&t.text, "%*s(%s before)\n", 16+t.width, "", events(n))
	}
}

// row writes an event, or a packet that one host sent to several.
func (t *timeline) row(group []Event) {
	e := group[0]
	switch {
	case e.Kind == Sent:
		mark, said := t.packet(group)
		t.line(e, mark, said)
	case !t.toldBefore(&e):
		t.line(e, e.tone(), t.log.Line(e))
	}
}

// begins tells whether an event is a host's first start, where nothing was before: all begin so.
func (t *timeline) begins(e *Event) bool {
	if e.Kind != Started || e.At > 0 || t.begun[e.Host] {
		return false
	}
	t.begun[e.Host] = true
	return true
}

// line writes a line, or several if there is too much to say.
func (t *timeline) line(e Event, mark tone, said string) {
	name := t.log.name(e.Host)
	switch {
	case e.Kind == Noted:
		name, mark = "==", plain
	case e.Host < 0:
		name = ""
	}
	head := fmt.Sprintf("%6d.%03d  %c %-*s  ", e.At/Millisecond, e.At%Millisecond/Microsecond, mark, t.width, name)
	for _, one := range folded(said, max(timelineColumns/2, timelineColumns-len(head))) {
		t.text.WriteString(strings.TrimRight(head+one, " ") + "\n")
		head = strings.Repeat(" ", len(head))
	}
}

// folded are the lines of a text that is to be no wider than so many characters. It is broken at
// blanks where it has some.
func folded(text string, width int) (lines []string) {
	for rest := []rune(text); ; {
		if len(rest) <= width {
			return append(lines, string(rest))
		}
		at := width
		for at > 0 && rest[at] != ' ' {
			at--
		}
		if at == 0 {
			at = width
		}
		lines = append(lines, string(rest[:at]))
		rest = []rune(strings.TrimLeft(string(rest[at:]), " "))
	}
}

// packet says what was sent to whom, and what became of it.
func (t *timeline) packet(group []Event) (mark tone, said string) {
	var names []string
	for _, e := range group {
		names = append(names, t.log.name(e.Peer))
	}
	to := strings.Join(names, ", ")
	if len(names) > timelineNames {
		to = fmt.Sprintf("%d hosts", len(names))
	}
	said = "-> " + to
	if len(group[0].Data) > 0 {
		said += ": " + t.log.describe(group[0])
	}
	mark = plain
	for _, e := range group {
		fate, wrong := t.fate(e, len(group) == 1)
		if wrong {
			mark = fault
		}
		said += fate
	}
	return mark, said
}

// fate is what became of a packet after it was sent, as far as it is worth telling: of one to
// many, when it arrived is not.
func (t *timeline) fate(sent Event, alone bool) (said string, wrong bool) {
	to := ""
	if !alone {
		to = " for " + t.log.name(sent.Peer)
	}
	for _, e := range t.fates[sent.Number] {
		switch {
		case e.Kind == Lost && e.tone() == plain && !alone: // to many it is sent on the chance
		case e.Kind == Lost:
			said += fmt.Sprintf("; lost%s: %s", to, e.Reason)
		case e.tone() == fault:
			said += fmt.Sprintf("; %s%s", e.Kind, to)
		case e.Kind == Received && alone:
			late := e.At - sent.At
			said += fmt.Sprintf(" (+%d.%03d)", late/Millisecond, late%Millisecond/Microsecond)
		}
		wrong = wrong || e.tone() == fault
	}
	return said, wrong
}

// A timelineEvent is an event as JSON has it.
type timelineEvent struct {
	At     int64  `json:"at"` // ns
	Kind   string `json:"kind"`
	Host   string `json:"host,omitempty"`
	Peer   string `json:"peer,omitempty"`
	Number uint64 `json:"number,omitempty"` // what the kind says: of the packet, mostly
	Fault  bool   `json:"fault,omitempty"`
	Line   string `json:"line"`
}

// WriteJSON writes the log as a JSON array of its events.
func (l *Log) WriteJSON(w io.Writer) error {
	all := []timelineEvent{}
	for _, e := range l.Events() {
		one := timelineEvent{At: e.At, Kind: e.Kind.String(), Number: e.Number, Fault: e.tone() == fault, Line: l.Line(e)}
		if e.Host >= 0 {
			one.Host = l.name(e.Host)
		}
		if e.isOfPacket() {
			one.Peer = l.name(e.Peer)
		}
		all = append(all, one)
	}
	return json.NewEncoder(w).Encode(all)
}
