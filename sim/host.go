package sim

import (
	"fmt"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/snapshot"
)

// A Host is a place where a machine runs.
type Host struct {
	Name    string
	Address machine.Address
	Clock   int64 // what its clock shows at the beginning; ns
	Down    bool  // it is added, and not started

	// Start makes the machine, whenever the host starts, of what its disk has. Of the
	// journal the host keeps what the machine took, and cuts off the rest, such as a record of
	// which only a part was written: see [machine.Keeper]. If Start refuses a snapshot, the one
	// before is tried, and at last none.
	Start func(b Boot) (machine.Machine, error)

	// Copy, if set, copies a machine for a clone of the network. Without one it is
	// copied by package deepcopy: slower, and to the last pointer, so that the copy takes
	// the branches that its original takes. That is what an explorer holds it to.
	Copy func(machine.Machine) machine.Machine
}

// A Boot is what a machine is made of when its host starts.
type Boot struct {
	Host     ID
	Version  int                // of the program: see SetVersion
	Now      int64              // what the host's clock shows
	Snapshot *snapshot.Snapshot // or nil
	Journal  []byte             // as the disk has it; the network's
}

// A host is a Host with its state.
type host struct {
	Host
	machine machine.Machine // nil while it is down
	shared  bool            // the machine is a clone's, too
	version int
	life    uint32 // how often it was started
	clock   clock
	disk    disk
	alarm   alarm
	paused  bool
	cost    int64 // ns that an input takes
	busy    int64 // until when
	waking  bool  // a ready event is under way
	inbox   []event
	taken   int // of the inbox
}

// An alarm is when a machine wants to be stepped. At most one event for it is in the
// queue: a machine that puts its deadline off with each packet would fill it otherwise.
type alarm struct {
	set    bool
	due    int64 // virtual
	late   int64 // not before: it was put off
	queued int64 // when the event in the queue is, if there is one
	number uint32
	ticks  int // at one moment
	ticked int64
}

// SetVersion says which version of its program a host runs from its next start on.
func (n *Network) SetVersion(id ID, version int) {
	n.hosts[id].version = version
	n.tell(Event{Kind: VersionSet, Host: id, Number: uint64(version)})
}

// Version is what [Network.SetVersion] said last.
func (n *Network) Version(id ID) int { return n.hosts[id].version }

// Up tells whether a host runs; one that is paused does.
func (n *Network) Up(id ID) bool { return n.hosts[id].machine != nil }

// Start starts a host that is down: its machine is made anew of the latest valid snapshot
// and the journal. The error is that of the host's Start without any snapshot, and the
// host stays down.
func (n *Network) Start(id ID) error { return n.start(id, n.hosts[id].disk.snapshots()) }

// StartCold is Start of the journal alone. The snapshots stay.
func (n *Network) StartCold(id ID) error { return n.start(id, nil) }

func (n *Network) start(id ID, snapshots []*snapshot.Snapshot) error {
	h := &n.hosts[id]
	if h.machine != nil {
		return nil
	}
	m, from, err := n.boot(id, snapshots)
	if err != nil {
		n.tell(Event{Kind: StartRefused, Host: id, Text: err.Error()})
		return fmt.Errorf("sim: host %s can't start at %s: %w", h.Name, seconds(n.now), err)
	}
	kept := uint64(0)
	if keeper, ok := m.(machine.Keeper); ok {
		kept = keeper.JournalLength()
	}
	if kept > uint64(len(h.disk.journal)) {
		panic(fmt.Sprintf("sim: host %s goes on from %d bytes of journal, and its disk has %d", h.Name, kept, len(h.disk.journal)))
	}
	h.disk.cut(int(kept))
	h.machine, h.shared, h.life = m, false, h.life+1
	h.alarm = alarm{number: h.alarm.number + 1}
	h.busy, h.waking = 0, false
	if from != nil {
		n.tell(Event{Kind: Restored, Host: id, Number: from.CoreStreamLength})
	}
	n.tell(Event{Kind: Started, Host: id, Number: kept})
	n.rearm(id)
	return nil
}

// boot tries snapshots, the latest first, and at last none.
func (n *Network) boot(id ID, snapshots []*snapshot.Snapshot) (m machine.Machine, from *snapshot.Snapshot, err error) {
	h := &n.hosts[id]
	boot := Boot{Host: id, Version: h.version, Now: h.clock.at(n.now), Journal: h.disk.journal}
	for _, s := range snapshots {
		boot.Snapshot = s
		m, err := h.Host.Start(boot)
		if err == nil {
			return m, s, nil
		}
		n.tell(Event{Kind: SnapshotRefused, Host: id, Number: s.CoreStreamLength, Text: err.Error()})
	}
	boot.Snapshot = nil
	m, err = h.Host.Start(boot)
	return m, nil, err
}

// A Loss is what a host that is killed loses of what it wrote and did not sync.
type Loss struct {
	Power bool // the system went down with the program; otherwise nothing is lost
	Keep  int  // bytes that came to the disk all the same
	Torn  bool // of these, a sector did not, and reads as NUL
	Tear  int  // which one, modulo how many there are
}

// ProcessOnly is the loss of a program that is killed while its system lives on.
var ProcessOnly = Loss{}

// PowerLost is the loss of all that was not synced.
var PowerLost = Loss{Power: true}

// Kill ends a host's machine. What waited for it is lost; what is under way to it
// arrives if it is back by then.
func (n *Network) Kill(id ID, loss Loss) {
	h := &n.hosts[id]
	if h.machine == nil {
		return
	}
	h.machine, h.shared, h.paused = nil, false, false
	h.disk.crash(loss)
	for _, e := range h.inbox[h.taken:] {
		n.lose(&e, LostDown)
	}
	h.inbox, h.taken = h.inbox[:0], 0
	n.tell(Event{Kind: Killed, Host: id, Number: uint64(len(h.disk.journal))})
}

// Pause stops a host's program and keeps it: its timers don't fire, and packets wait, up
// to the inbox's limit.
func (n *Network) Pause(id ID) {
	if h := &n.hosts[id]; h.machine != nil && !h.paused {
		h.paused = true
		n.tell(Event{Kind: Paused, Host: id})
	}
}

// Resume goes on with a host that is paused.
func (n *Network) Resume(id ID) {
	h := &n.hosts[id]
	if !h.paused {
		return
	}
	h.paused = false
	n.tell(Event{Kind: Resumed, Host: id})
	n.rearm(id)
	n.readyLater(id)
}

// Slow makes each input take a host so many ns from now on, during which others wait. 0
// makes it as fast as it was.
func (n *Network) Slow(id ID, cost int64) {
	n.hosts[id].cost = cost
	n.tell(Event{Kind: Slowed, Host: id, Number: uint64(cost)})
}

// Command gives a host's machine a command of its application or operator: as the next
// thing that happens to it, after what already happens at this moment.
func (n *Network) Command(id ID, data []byte) {
	slot := n.packets.take(data)
	n.packets.keep(slot)
	n.queue.push(event{at: n.now, kind: command, host: uint16(id), packet: slot})
}

// TakeSnapshot saves the machine's state to the host's disk, of which the error is. A
// host that is down takes none. The journal is made durable before that: a snapshot of what a
// crash takes from the journal would be one of a future that never comes.
func (n *Network) TakeSnapshot(id ID) error {
	h := &n.hosts[id]
	if h.machine == nil {
		return nil
	}
	s := h.machine.Snapshot("sim")
	err := h.disk.flush()
	if err == nil {
		err = h.disk.save(s)
	}
	text := ""
	if err != nil {
		text = err.Error()
	}
	n.tell(Event{Kind: SnapshotTaken, Host: id, Number: s.CoreStreamLength, Text: text})
	return err
}

// PlaceSnapshot puts a snapshot on a host's disk, as somebody does who copies files there. It
// need not be the host's own. The error is that of saving it.
func (n *Network) PlaceSnapshot(id ID, s *snapshot.Snapshot) error {
	if err := n.hosts[id].disk.save(s); err != nil {
		return err
	}
	n.tell(Event{Kind: Placed, Host: id, Number: s.CoreStreamLength})
	return nil
}
