package sim

import (
	"fmt"
	"strings"
)

// An Event is a thing that happened, for the log and for whoever watches.
type Event struct {
	At     int64 // virtual time, ns
	Kind   EventKind
	Host   ID     // whose event it is; -1: of all hosts, or of several
	Peer   ID     // the other end of a packet, or of a rule; -1 likewise
	Number uint64 // of the packet; or what the kind says
	Reason Reason // of Lost
	Data   []byte // of a packet, command, delivery or write
	Text   string // what else is to be said
}

// EventKind sorts events.
type EventKind uint8

// The kinds of events.
const (
	Sent            EventKind = iota // by Host, to Peer
	Received                         // by Host, from Peer
	Lost                             // on the way from Host to Peer
	Stuck                            // a rule holds it on the way from Host to Peer
	Duplicated                       // on the way from Host to Peer
	Corrupted                        // likewise; Data is what will arrive
	Delivered                        // to the host's application
	Commanded                        // by the host's application or operator
	Wrote                            // to the journal
	WriteFailed                      // Number is the journal's length
	Synced                           // Number is how much of the journal is durable, as the disk says
	Started                          // Number is how much of the journal the machine goes on from
	StartRefused                     // Text is the error
	SnapshotTaken                    // Number is its offset; Text the error if it was not saved
	SnapshotRefused                  // likewise
	Killed                           // Number is what is left of the journal
	Paused
	Resumed
	Slowed     // Number is what an input takes, in ns
	ClockSet   // Number is by how much, in ns, as an int64
	DiskSet    // Text is its faults
	Imposed    // Number is the rule's handle, Text the rule
	Lifted     // likewise
	Released   // by hand or because no rule holds it any more
	Restored   // Number is the offset of the snapshot that the machine is made of; Started follows
	Late       // Text is what is put off, and until when
	VersionSet // Number is the version of its program that the host runs from its next start on
	Noted      // Text is what whoever uses the network has to say: see Note
	Failed     // Text is what went wrong, on Host if it is of one: see Fail
	Elided     // Number is how many events an excerpt leaves out here
	Placed     // Number is the offset of a snapshot that somebody put on the host's disk

	eventKinds // how many there are
)

var eventNames = [...]string{
	"sent", "received", "lost", "stuck", "duplicated", "corrupted", "delivered", "commanded", "wrote", "write failed",
	"synced", "started", "start refused", "snapshot", "snapshot refused", "killed", "paused", "resumed", "slowed",
	"clock set", "disk", "imposed", "lifted", "released",
	"restored from a snapshot", "put off", "version set", "noted", "failed", "elided",
	"given a snapshot",
}

// String is the kind's name, as in "sent".
func (k EventKind) String() string {
	if int(k) < len(eventNames) {
		return eventNames[k]
	}
	return fmt.Sprintf("event %d", k)
}

// A tone says what an event is to somebody who looks for the cause of a failure.
type tone byte

const (
	plain  tone = ' '
	fault  tone = '!'
	repair tone = '+' // ends a fault, or prepares for one, as a snapshot does
)

// tone is the event's; that of a kind is not always the same.
func (e *Event) tone() tone {
	bad := false
	switch e.Kind {
	case Lost:
		if e.Reason == LostDown { // the fault is that it is down, if that is one
			return plain
		}
		return fault
	case Stuck, Duplicated, Corrupted, WriteFailed, StartRefused, SnapshotRefused, Killed, Paused, ClockSet, Imposed, Late, VersionSet, Failed, Placed:
		return fault
	case Started, Restored, Resumed, Lifted, Released:
		return repair
	case Slowed:
		bad = e.Number > 0
	case DiskSet:
		bad = e.Text != DiskFaults{}.String()
	case SnapshotTaken:
		bad = e.Text != ""
	default:
		return plain
	}
	if bad {
		return fault
	}
	return repair
}

var reasonNames = [...]string{
	"", "by chance", "by a cut", "the receiver is down", "the receiver's inbox is full", "the link's backlog is full",
	"nobody has the address", "by hand",
}

// String says why.
func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return fmt.Sprintf("reason %d", r)
}

// events is a number of events in words.
func events(n uint64) string {
	if n == 1 {
		return "1 event"
	}
	return fmt.Sprintf("%d events", n)
}

// seconds writes a time.
func seconds(ns int64) string { return fmt.Sprintf("%d.%09d s", ns/Second, ns%Second) }

// describe says what a rule does, and to whom.
func (n *Network) describe(r *Rule) string {
	var b strings.Builder
	group := func(ids []ID) {
		if ids == nil {
			b.WriteString("all")
		}
		for i, id := range ids {
			if i > 0 {
				b.WriteByte('+')
			}
			b.WriteString(n.hosts[id].Name)
		}
	}
	group(r.From)
	if r.Both {
		b.WriteString(" <-> ")
	} else {
		b.WriteString(" -> ")
	}
	group(r.To)
	b.WriteString(":" + r.String())
	return b.String()
}

// String lists the faults, each after a space.
func (f Faults) String() string {
	var b strings.Builder
	flag := func(on bool, name string) {
		if on {
			b.WriteString(" " + name)
		}
	}
	chance := func(name string, c Chance) {
		if c > 0 {
			fmt.Fprintf(&b, " %s=%.2f%%", name, float64(c)*100/float64(Always))
		}
	}
	span := func(name string, s Span) {
		if s != (Span{}) {
			fmt.Fprintf(&b, " %s=%d..%d ns", name, s.Min, max(s.Min, s.Max))
		}
	}
	flag(f.Cut, "cut")
	flag(f.Hold, "hold")
	chance("loss", f.Loss)
	if f.Burst > 0 {
		fmt.Fprintf(&b, " burst=%d", f.Burst)
	}
	chance("duplicate", f.Duplicate)
	chance("reorder", f.Reorder)
	span("late", f.Late)
	chance("corrupt", f.Corrupt)
	span("delay", f.Delay)
	if f.Throttle > 0 {
		fmt.Fprintf(&b, " throttle=%d B/s", f.Throttle)
	}
	if b.Len() == 0 {
		return " no faults"
	}
	return b.String()
}
