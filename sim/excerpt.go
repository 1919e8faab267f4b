package sim

import "slices"

// Excerpt is the part of the log that people want to see: all faults and their ends, all notes,
// and of the other events what came last, in so many rows at most. Routine is left out, but for
// the very last events. It ends with the first failure. Where others are left out, an Elided event
// stands for them.
func (l *Log) Excerpt(rows int) *Log {
	events := l.Events()
	if failed := slices.IndexFunc(events, func(e Event) bool { return e.Kind == Failed }); failed >= 0 {
		events = events[:failed+1]
	}
	x := excerpt{log: l, events: events, routine: make([]bool, len(events)), kept: make([]bool, len(events))}
	x.findRoutine()
	x.keep(rows)
	another := &Log{Describe: l.Describe, names: l.names, routine: l.routine}
	for i, e := range events {
		last := len(another.events) - 1
		switch {
		case x.kept[i]:
			another.events = append(another.events, e)
		case x.routine[i]:
			another.routine++
		case last >= 0 && another.events[last].Kind == Elided:
			another.events[last].Number++
		default:
			another.events = append(another.events, Event{At: e.At, Kind: Elided, Host: -1, Peer: -1, Number: 1})
		}
	}
	another.all = l.Dropped() + uint64(len(another.events))
	return another
}

// An excerpt is one in the making.
type excerpt struct {
	log     *Log
	events  []Event
	routine []bool
	kept    []bool
}

// lastEvents are shown even if they are routine: one of them may be what the run failed of.
const lastEvents = 12

// findRoutine finds the packets that are routine, and with them what became of them.
func (x *excerpt) findRoutine() {
	if x.log.Routine == nil {
		return
	}
	packets := make(map[uint64]bool)
	for i, e := range x.events[:max(0, len(x.events)-lastEvents)] {
		switch e.Kind {
		case Sent:
			packets[e.Number] = x.log.Routine(e)
			x.routine[i] = packets[e.Number]
		case Received, Lost, Stuck, Released, Duplicated, Corrupted:
			x.routine[i] = packets[e.Number] && e.Peer >= 0
		case Delivered, Commanded, Wrote, Synced:
			x.routine[i] = x.log.Routine(e)
		}
	}
}

// keep chooses events, from the last one back. A packet is kept as a whole.
func (x *excerpt) keep(rows int) {
	packets := make(map[uint64]bool)
	for i, e := range slices.Backward(x.events) {
		switch {
		case x.routine[i]:
		case e.Kind > Synced && e.Kind != Released: // what happens to hosts, and to all
			x.kept[i] = true
		case rows > 0:
			x.kept[i] = true
			packets[e.Number] = packets[e.Number] || e.isOfPacket()
			if i == 0 || !e.sameRow(&x.events[i-1]) {
				rows--
			}
		}
	}
	x.keepReceivers(packets)
	for i := range x.events {
		e := &x.events[i]
		x.kept[i] = x.kept[i] || e.isOfPacket() && packets[e.Number]
	}
}

// keepReceivers adds to the packets that are kept those that were sent with them: what went to many
// is not to look as if it went to one.
func (x *excerpt) keepReceivers(packets map[uint64]bool) {
	for i := 0; i < len(x.events); i++ {
		var group []uint64
		any := false
		for first := &x.events[i]; i < len(x.events) && first.Kind == Sent; i++ {
			e := &x.events[i]
			if e.Kind == Sent && e != first && !e.sameRow(first) || !e.isOfPacket() {
				break
			}
			if e.Kind == Sent {
				group, any = append(group, e.Number), any || packets[e.Number]
			}
		}
		if len(group) > 0 {
			i-- // the loop goes on with what ended the group
		}
		for _, number := range group {
			packets[number] = any
		}
	}
}

// isOfPacket tells whether an event is part of what happens to a packet.
func (e *Event) isOfPacket() bool {
	switch e.Kind {
	case Sent, Received, Lost, Stuck, Duplicated, Corrupted, Released:
		return e.Peer >= 0
	}
	return false
}

// sameRow tells whether an event needs no row of its own after another: a packet to many is
// shown as one, with what becomes of it.
func (e *Event) sameRow(before *Event) bool {
	switch e.Kind {
	case Sent:
		return before.Kind == Sent && before.Host == e.Host && before.At == e.At && string(before.Data) == string(e.Data)
	case Delivered, Commanded, Wrote, Synced:
		return false
	}
	return e.isOfPacket()
}
