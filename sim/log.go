package sim

import (
	"fmt"
	"slices"
	"strings"
)

// A Log has the last events of a run. Equal runs have equal logs, to the byte.
type Log struct {
	// Describe says what is in a packet, a command, a delivery or a write, in a line. Nil
	// writes text as it is, and of other bytes how many there are.
	Describe func(e Event) string

	// Routine says that an event is of no interest to people, such as a heartbeat: they see
	// it in no excerpt. It is asked about what is sent, delivered, commanded and written; a
	// packet's other events are as routine as it is. Nil: none is.
	Routine func(e Event) bool

	names   []Host // of hosts; shared with clones
	events  []Event
	next    int // where the next event goes, once all places are taken
	size    int
	all     uint64 // events there were
	routine uint64 // events that are left out of an excerpt
	cloned  bool   // events' data may be another log's, too
	shared  bool   // the events themselves are
}

func newLog(size int) *Log { return &Log{size: size} }

// add copies an event into the log.
func (l *Log) add(e Event) {
	if l.shared {
		l.events, l.shared = slices.Clone(l.events), false
	}
	l.all++
	if len(l.events) < l.size {
		e.Data = slices.Clone(e.Data)
		l.events = append(l.events, e)
		return
	}
	room := l.events[l.next].Data[:0]
	if l.cloned {
		room = nil
	}
	e.Data = append(room, e.Data...)
	l.events[l.next] = e
	l.next = (l.next + 1) % l.size
}

func (l *Log) clone() *Log {
	if l == nil {
		return nil
	}
	l.cloned, l.shared = true, true
	c := *l
	return &c
}

// Events are the events that the log has, oldest first. Their data is the log's.
func (l *Log) Events() []Event {
	return append(slices.Clone(l.events[l.next:]), l.events[:l.next]...)
}

// Dropped is how many events there were before those.
func (l *Log) Dropped() uint64 { return l.all - uint64(len(l.events)) }

// String is the log as text, an event a line.
func (l *Log) String() string { return l.text(func(*Event) bool { return true }) }

// Host is the part of the log that is of one host.
func (l *Log) Host(id ID) string { return l.text(func(e *Event) bool { return e.Host == id }) }

func (l *Log) text(want func(*Event) bool) string {
	var b strings.Builder
	if l.Dropped() > 0 {
		fmt.Fprintf(&b, "(%d events before)\n", l.Dropped())
	}
	width := 0
	for _, h := range l.names {
		width = max(width, len(h.Name))
	}
	for _, e := range l.Events() {
		if want(&e) {
			line := fmt.Sprintf("%s  %-*s  %s", seconds(e.At), width, l.name(e.Host), l.Line(e))
			b.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
	return b.String()
}

func (l *Log) name(id ID) string {
	if id < 0 || int(id) >= len(l.names) {
		return "*"
	}
	return l.names[id].Name
}

// Line is an event in words, without its time and host.
func (l *Log) Line(e Event) string {
	said := e.Kind.String()
	switch e.Kind {
	case Sent, Stuck, Released, Duplicated, Corrupted:
		said += fmt.Sprintf(" #%d to %s", e.Number, l.name(e.Peer))
	case Lost:
		said += fmt.Sprintf(" #%d to %s: %s", e.Number, l.name(e.Peer), e.Reason)
		return said
	case Received:
		said += fmt.Sprintf(" #%d from %s", e.Number, l.name(e.Peer))
	case Delivered, Commanded, Wrote:
	case WriteFailed, Synced, Started, Killed:
		said += fmt.Sprintf(" with %d bytes of journal", e.Number)
	case SnapshotTaken, SnapshotRefused, Restored, Placed:
		said += fmt.Sprintf(" of offset %d", e.Number)
	case Slowed:
		said += fmt.Sprintf(" to %d ns an input", e.Number)
	case ClockSet:
		said += fmt.Sprintf(" by %d ns", int64(e.Number))
	case Imposed, Lifted:
		said += fmt.Sprintf(" %d", e.Number)
	case VersionSet:
		said += fmt.Sprintf(" to %d, from its next start on", e.Number)
	case Noted:
		return e.Text
	case Failed:
		return "fails: " + e.Text
	case Elided:
		return "(" + events(e.Number) + " left out)"
	}
	if len(e.Data) > 0 {
		said += ": " + l.describe(e)
	}
	if e.Text != "" {
		said += ": " + e.Text
	}
	return said
}

func (l *Log) describe(e Event) string {
	if l.Describe != nil {
		return l.Describe(e)
	}
	for _, c := range e.Data {
		if c < ' ' || c > '~' {
			return fmt.Sprintf("%d bytes", len(e.Data))
		}
	}
	return string(e.Data)
}
