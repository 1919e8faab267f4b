// Package machine is what all machines of the bus have in common: the contract between a
// machine and whatever runs it, be it a program with sockets and disks or a simulation.
//
//	out = m.Step(now, machine.Input{Kind: machine.Packet, From: sender, Data: packet}, out[:0])
//	for _, o := range out {
//		switch o.Kind {
//		case machine.Send:    // o.Data to o.To
//		case machine.Deliver: // o.Data to the application
//		case machine.Write:   // o.Data to the end of the journal, and Synced when it is durable
//		}
//	}
//
// A machine has no goroutine, clock, socket, file or random number. Everything that happens
// comes in by Step, time included, and everything that it does comes back from there. So
// equal machines that are given equal inputs do the same, and stay equal.
//
// # Time
//
// Time is in nanoseconds and only goes on: where an input's time lies before the last one's,
// the machine's time stands still. Next says when a machine wants to be stepped again if
// nothing else happens; a [Tick] before then is in vain, and one that comes late does
// everything that was due.
//
// # Disks
//
// A machine with a journal appends to it by [Write], and is told by [Synced] up to where the
// journal would survive a crash. It says nothing to others that relies on what is not yet
// durable. When a host restarts, its machine is made anew of its last snapshot and of the
// journal as the disk has it, which may end in the middle of what was written last. The host
// then cuts the journal to what the machine went on from, before it writes to it: see [Keeper].
//
// # State
//
// A machine's whole state goes into a snapshot, and a machine that is restored from it does
// as the first would have done. A restart and an explorer's rewind use that one pair.
package machine

import (
	"fmt"
	"math"

	"battle.test/statemachines/snapshot"
)

// A Machine is a part of the bus. It is for one goroutine at a time.
type Machine interface {
	// Step takes an input at a time in ns, and appends what is to be done to out. The
	// input's data is the caller's again afterwards; that of outputs belongs to the
	// machine, and is valid until its next step. It allocates nothing once the machine
	// has been as busy as it will be. Whatever an input holds, Step does not panic, and
	// what is malformed changes nothing but a count.
	Step(now int64, in Input, out []Output) []Output

	// Next is when a Tick would do something. It is false where only an input would.
	Next() (now int64, ok bool)

	// Snapshot is the machine's whole state. It shares no memory with the machine, and
	// equal states give equal snapshots.
	Snapshot(writer string) *snapshot.Snapshot
}

// A Keeper is a machine with a journal.
type Keeper interface {
	Machine

	// JournalLength is how long the journal is with all that the machine has had written
	// to it, in bytes. Of a machine that was just made of what a disk had, it is how much
	// of that the machine took, and where the next Write goes: what follows is cut off.
	JournalLength() uint64
}

// Later is a time so many ns after now, or before it. At the ends of the range it stays there
// instead of passing them: a clock may be set to anything.
func Later(now, ns int64) int64 {
	sum := now + ns
	switch {
	case ns > 0 && sum < now:
		return math.MaxInt64
	case ns < 0 && sum > now:
		return math.MinInt64
	}
	return sum
}

// An Address names a host on the network, or all hosts of a region.
type Address uint32

// everybody is the host that stands for all of a region.
const everybody = 0xFFFF

// At is the address of a host in a region.
func At(region, host uint16) Address { return Address(region)<<16 | Address(host) }

// Everybody is the address of all hosts in a region.
func Everybody(region uint16) Address { return At(region, everybody) }

// Region is the region that an address is in.
func (a Address) Region() uint16 { return uint16(a >> 16) }

// Host is the host within its region.
func (a Address) Host() uint16 { return uint16(a) }

// IsEverybody tells the address of a whole region from that of a host.
func (a Address) IsEverybody() bool { return a.Host() == everybody }

// String writes an address as in r1h7, or r1* for everybody in a region.
func (a Address) String() string {
	if a.IsEverybody() {
		return fmt.Sprintf("r%d*", a.Region())
	}
	return fmt.Sprintf("r%dh%d", a.Region(), a.Host())
}

// InputKind sorts inputs.
type InputKind uint8

// The kinds of inputs.
const (
	Tick    InputKind = iota // time passes
	Packet                   // Data came from From, over the network
	Command                  // Data came from the host's application or operator
	Synced                   // the journal is durable up to Length bytes
)

// String is the kind's name, as in "packet".
func (k InputKind) String() string {
	return name([]string{"tick", "packet", "command", "synced"}, int(k))
}

// An Input is one thing that happens to a machine.
type Input struct {
	Kind   InputKind
	From   Address // of a Packet
	Data   []byte  // of a Packet or Command: the caller's
	Length uint64  // of Synced: bytes since the journal began
}

// OutputKind sorts outputs.
type OutputKind uint8

// The kinds of outputs.
const (
	Send    OutputKind = iota // Data to To, over the network
	Deliver                   // Data to the host's application
	Write                     // Data to the end of the journal
)

// String is the kind's name, as in "send".
func (k OutputKind) String() string { return name([]string{"send", "deliver", "write"}, int(k)) }

// An Output is one thing that a machine wants done.
type Output struct {
	Kind OutputKind
	To   Address // of Send
	Data []byte  // the machine's, until its next step
}

func name(names []string, k int) string {
	if k < len(names) {
		return names[k]
	}
	return fmt.Sprintf("kind %d", k)
}
