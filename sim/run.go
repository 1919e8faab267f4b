package sim

import (
	"fmt"

	"battle.test/statemachines/machine"
)

// Step does the next thing that happens, and moves the time there. It is false if nothing
// is going to happen.
func (n *Network) Step() bool {
	if len(n.queue.events) == 0 {
		return false
	}
	e := n.queue.pop()
	n.now = e.at
	n.steps++
	n.happen(&e)
	return true
}

// Next is when the next thing happens.
func (n *Network) Next() (at int64, ok bool) {
	if len(n.queue.events) == 0 {
		return 0, false
	}
	return n.queue.events[0].at, true
}

// RunUntil does everything that happens up to a time, it included, and moves there.
func (n *Network) RunUntil(at int64) {
	for len(n.queue.events) > 0 && n.queue.events[0].at <= at {
		n.Step()
	}
	n.now = max(n.now, at)
}

// RunFor is RunUntil the time that is so many ns from now.
func (n *Network) RunFor(span int64) { n.RunUntil(machine.Later(n.now, span)) }

// Heal ends all faults: rules are lifted, hosts resumed and as fast as they were, disks
// without faults, and whoever is down is started. Clocks stay wrong: no machine may rely on
// others' clocks. The error is of a host that can't start.
func (n *Network) Heal() error {
	for _, h := range n.Rules() {
		n.Lift(h)
	}
	for id := range n.hosts {
		h := &n.hosts[id]
		if h.cost != 0 {
			n.Slow(ID(id), 0)
		}
		if h.disk.faults != (DiskFaults{}) {
			n.SetDisk(ID(id), DiskFaults{})
		}
		n.Resume(ID(id))
		if err := n.Start(ID(id)); err != nil {
			return err
		}
	}
	return nil
}

// settleLooks is how often Settle looks whether all is well.
const settleLooks = 256

// Settle is the liveness phase: it heals, and runs until done says so. The error tells
// that this was not within the bound, in ns of virtual time.
func (n *Network) Settle(bound int64, done func() bool) error {
	if err := n.Heal(); err != nil {
		return err
	}
	began := n.now
	for look := int64(1); look <= settleLooks; look++ {
		if done() {
			return nil
		}
		n.RunUntil(machine.Later(began, bound/settleLooks*look))
	}
	if done() {
		return nil
	}
	return fmt.Errorf("sim: not settled at %s, %s after all faults stopped: %d events are to come, %d packets are held",
		seconds(n.now), seconds(bound), len(n.queue.events), len(n.held))
}

// happen makes an event happen.
func (n *Network) happen(e *event) {
	h := &n.hosts[e.host]
	stale := e.life != h.life || h.machine == nil
	switch e.kind {
	case wake:
		if stale || e.number != uint64(h.alarm.number) {
			return
		}
		h.alarm.queued = 0
		if h.paused {
			return // Resume sets it again
		}
		if due := max(h.alarm.due, h.alarm.late, h.busy); due > n.now {
			n.queueAlarm(ID(e.host), due)
			return
		}
		n.countTicks(h)
		n.input(ID(e.host), machine.Input{Kind: machine.Tick})
		return
	case ready:
		if !stale {
			h.waking = false
			n.serve(ID(e.host))
		}
		return
	case synced:
		if stale {
			return
		}
	}
	if h.machine == nil {
		n.lose(e, LostDown)
		return
	}
	if h.paused || h.busy > n.now || h.taken < len(h.inbox) {
		n.wait(e)
		return
	}
	n.take(e)
}

// wait puts what happens to a host that can't take it now into its inbox.
func (n *Network) wait(e *event) {
	h := &n.hosts[e.host]
	if len(h.inbox)-h.taken >= n.config.InboxMax && e.kind != synced {
		n.lose(e, LostInbox)
		return
	}
	if h.taken == len(h.inbox) {
		h.inbox, h.taken = h.inbox[:0], 0
	}
	h.inbox = append(h.inbox, *e)
	n.readyLater(ID(e.host))
}

// readyLater sees to it that a host takes what waits for it.
func (n *Network) readyLater(id ID) {
	h := &n.hosts[id]
	if h.waking || h.paused || h.taken == len(h.inbox) {
		return
	}
	h.waking = true
	n.queue.push(event{at: max(n.now, h.busy), kind: ready, host: uint16(id), life: h.life})
}

// serve takes the first of what waits for a host.
func (n *Network) serve(id ID) {
	h := &n.hosts[id]
	if h.paused || h.taken == len(h.inbox) {
		return
	}
	e := h.inbox[h.taken]
	h.taken++
	if h.taken > len(h.inbox)/2 {
		h.inbox = append(h.inbox[:0], h.inbox[h.taken:]...)
		h.taken = 0
	}
	n.take(&e)
	n.readyLater(id)
}

// take hands an event to its host's machine.
func (n *Network) take(e *event) {
	id := ID(e.host)
	switch e.kind {
	case arrival:
		data := n.packets.data(e.packet)
		if n.wants(Received) {
			n.note(Event{Kind: Received, Host: id, Peer: ID(e.from), Number: e.number, Data: data})
		}
		n.input(id, machine.Input{Kind: machine.Packet, From: n.hosts[e.from].Address, Data: data})
		n.packets.drop(e.packet)
	case command:
		data := n.packets.data(e.packet)
		if n.wants(Commanded) {
			n.note(Event{Kind: Commanded, Host: id, Data: data})
		}
		n.input(id, machine.Input{Kind: machine.Command, Data: data})
		n.packets.drop(e.packet)
	case synced:
		d := &n.hosts[id].disk
		if d.faults.Stalled {
			d.syncing = false // SetDisk begins again
			return
		}
		d.finish(int(e.number))
		if n.wants(Synced) {
			n.note(Event{Kind: Synced, Host: id, Number: e.number})
		}
		n.input(id, machine.Input{Kind: machine.Synced, Length: e.number})
		n.sync(id)
	}
}

// input steps a host's machine, and does what it says.
func (n *Network) input(id ID, in machine.Input) {
	h := &n.hosts[id]
	n.own(h)
	n.out = h.machine.Step(h.clock.at(n.now), in, n.out[:0])
	for i := range n.out {
		if !n.output(id, &n.out[i]) {
			n.Kill(id, ProcessOnly) // a program that can't write its journal stops
			return
		}
	}
	if h.cost > 0 {
		h.busy = machine.Later(n.now, h.cost)
	}
	n.rearm(id)
}

// output does what a machine wants done. It is false if that can't be done.
func (n *Network) output(id ID, o *machine.Output) bool {
	switch o.Kind {
	case machine.Send:
		n.send(id, o.To, o.Data)
	case machine.Deliver:
		if n.wants(Delivered) {
			n.note(Event{Kind: Delivered, Host: id, Data: o.Data})
		}
	case machine.Write:
		if n.wants(Wrote) {
			n.note(Event{Kind: Wrote, Host: id, Data: o.Data})
		}
		if !n.hosts[id].disk.write(o.Data) {
			n.tell(Event{Kind: WriteFailed, Host: id, Number: uint64(len(n.hosts[id].disk.journal))})
			return false
		}
		n.sync(id)
	}
	return true
}

// sync begins to make a host's journal durable, if there is something to be made so and
// the disk is not at it already.
func (n *Network) sync(id ID) {
	h := &n.hosts[id]
	d := &h.disk
	if d.syncing || d.faults.Stalled || d.told == len(d.journal) {
		return
	}
	d.syncing = true
	at := machine.Later(n.now, d.syncTime.draw(&d.dice))
	n.queue.push(event{at: at, kind: synced, host: uint16(id), life: h.life, number: uint64(len(d.journal))})
}

// rearm asks a machine when it wants to be stepped, and sees to that.
func (n *Network) rearm(id ID) {
	h := &n.hosts[id]
	if h.machine == nil {
		return
	}
	due, ok := h.machine.Next()
	h.alarm.set = ok
	if !ok {
		h.alarm.due = maxTime
		return
	}
	h.alarm.due = h.clock.when(due, n.now)
	if at := max(h.alarm.due, h.alarm.late, h.busy); h.alarm.queued == 0 || at < h.alarm.queued-1 {
		n.queueAlarm(id, at)
	}
}

const maxTime = 1<<63 - 1

// queueAlarm puts a wake event for the host's present life into the queue; one that was
// there before is stale from now on.
func (n *Network) queueAlarm(id ID, at int64) {
	if at == maxTime {
		return
	}
	h := &n.hosts[id]
	h.alarm.number++
	h.alarm.queued = at + 1 // 0 means none
	n.queue.push(event{at: at, kind: wake, host: uint16(id), life: h.life, number: uint64(h.alarm.number)})
}

// ticksMax is how many ticks a machine may want at one moment of its own.
const ticksMax = 100_000

// countTicks ends the run of a machine that wants ticks and gets nowhere: virtual time would
// stand still for ever.
func (n *Network) countTicks(h *host) {
	if h.alarm.ticked != n.now {
		h.alarm.ticked, h.alarm.ticks = n.now, 0
	}
	if h.alarm.ticks++; h.alarm.ticks > ticksMax {
		panic(fmt.Sprintf("sim: host %s wanted %d ticks at %s, and its Next still says now", h.Name, ticksMax, seconds(n.now)))
	}
}
