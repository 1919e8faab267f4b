package sim

import (
	"cmp"
	"fmt"
	"slices"

	"battle.test/statemachines/machine"
)

// An Upcoming is a thing that is under way to a host: what its machine will be given, and when,
// if nothing comes between.
type Upcoming struct {
	At     int64 // virtual time, ns
	Kind   machine.InputKind
	Host   ID
	From   ID     // of a packet; otherwise -1
	Number uint64 // of a packet, as in the log
	Data   []byte // of a packet or a command; the network's
}

// Upcoming is what is under way, in the order in which it will happen. What it leads to comes
// on top of that. What waits in inboxes or is held is not under way.
func (n *Network) Upcoming() []Upcoming {
	places := n.upcoming()
	all := make([]Upcoming, len(places))
	for i, at := range places {
		e := &n.queue.events[at]
		all[i] = Upcoming{At: e.at, Host: ID(e.host), From: -1}
		switch e.kind {
		case wake:
			all[i].Kind = machine.Tick
		case synced:
			all[i].Kind = machine.Synced
		case command:
			all[i].Kind, all[i].Data = machine.Command, n.packets.data(e.packet)
		default:
			all[i].Kind, all[i].From, all[i].Number, all[i].Data = machine.Packet, ID(e.from), e.number, n.packets.data(e.packet)
		}
	}
	return all
}

// PutOff has the i-th of what is upcoming happen later: at a time, behind all that happens
// until then. A time before its own changes nothing. So any order of things that do not lead to each
// other can be had, and the order that they would have by themselves is the one without PutOff.
func (n *Network) PutOff(i int, until int64) {
	at := n.upcoming()[i]
	e := n.queue.events[at]
	if until < e.at {
		return
	}
	n.queue.later(at, until)
	if e.kind == wake { // an input that comes before it must not bring it forward
		n.hosts[e.host].alarm.late, n.hosts[e.host].alarm.queued = until, until+1
	}
	if n.wants(Late) {
		n.note(Event{Kind: Late, Host: ID(e.host), Peer: e.sender(), Text: fmt.Sprintf("%s until %s", e.name(n), seconds(until))})
	}
}

// upcoming are the places in the queue of what is under way, in the order in which it happens.
func (n *Network) upcoming() (places []int) {
	for i := range n.queue.events {
		e, h := &n.queue.events[i], &n.hosts[n.queue.events[i].host]
		stale := e.life != h.life || h.machine == nil
		switch e.kind {
		case ready:
			continue // it is the host's own business when it looks into its inbox
		case synced:
			if stale {
				continue
			}
		case wake:
			if stale || h.paused || e.number != uint64(h.alarm.number) {
				continue
			}
		}
		places = append(places, i)
	}
	slices.SortFunc(places, func(i, j int) int {
		a, b := &n.queue.events[i], &n.queue.events[j]
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.order, b.order))
	})
	return places
}

func (e *event) sender() ID {
	if e.kind == arrival {
		return ID(e.from)
	}
	return -1
}

// name says what an event brings, for the log.
func (e *event) name(n *Network) string {
	switch e.kind {
	case arrival:
		return fmt.Sprintf("packet #%d from %s", e.number, n.hosts[e.from].Name)
	case command:
		return "a command"
	case synced:
		return "its disk"
	}
	return "its timer"
}
