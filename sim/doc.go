// Package sim runs many pure machines in one process: a simulated network, with disks,
// under a virtual clock.
//
//	n := sim.New(sim.Config{Seed: 7, Link: sim.Link{Latency: sim.Even(50*sim.Microsecond, 80*sim.Microsecond)}})
//	tip := n.Add(sim.Host{Name: "tip", Address: machine.At(1, 1), Start: startTip})
//	sub := n.Add(sim.Host{Name: "sub", Address: machine.At(1, 2), Start: startSubscriber})
//	…
//	n.RunFor(10 * sim.Millisecond)
//	cut := n.Impose(sim.Cut(tip, sub))   // a fault
//	n.Kill(tip, sim.ProcessOnly)
//	n.RunFor(10 * sim.Millisecond)
//	n.Lift(cut)
//	err := n.Settle(sim.Second, caughtUp) // faults stop: everybody must catch up
//
// # The one idea
//
// A run is a function of what its caller does. The network has no randomness but its
// [Dice], which the caller seeds from a tape; and each link and each disk has dice of its
// own, so that what happens on one of them does not shift the choices of another: a trace from
// which an update is dropped goes on much as before. Events of one moment happen in
// the order in which they were caused. So the same calls give the same run, and the same
// [Log], to the byte.
//
// # Hosts
//
// A [Host] is an address and a way to make its machine, of the latest snapshot and of the
// journal, as often as it starts. It has a clock, which may be set wrong ([Network.JumpClock],
// [Network.DriftClock]), and a [Disk]. It can be killed, by itself or with a loss of power,
// which takes from the disk what was not synced; paused; or slow.
//
// # Links
//
// There is a link for each ordered pair of hosts. A [Link] has a latency, a bandwidth, and a
// chance of each thing that happens to packets. On top of that, [Rule]s impose [Faults] on
// some links until they are lifted; rules add up: see [Faults]. What goes to everybody
// of a region goes to each of its hosts over a link of its own, but for the sender.
//
// A rule that holds packets collects them ([Network.Held]) until it is lifted, or until
// they are released by hand, in any order: then a test reads like a story.
//
// # Time
//
// [Network.Step] does the next thing that happens, [Network.RunUntil] and [Network.RunFor] all
// up to a moment. Times are virtual, in ns. [Network.Settle] is the end of a run: faults stop,
// and within a bound of virtual time everybody must have caught up.
//
// # Order
//
// What is under way can be looked at ([Network.Upcoming]) and put off ([Network.PutOff]), be it a
// packet, a command, a timer or a disk: so a test has things happen in any order that their causes
// allow, and says no more about it than where that is not the natural one.
//
// # Copies
//
// [Network.Clone] copies a network in the middle of a run. It copies what is small, and
// shares machines, disks and logs until one of the two changes them.
//
// # Speed
//
// A network does some 8 million events a second, and copying one of twelve hosts with rings of 64 KiB
// takes 4 µs. The whole bus on it, beside a model that judges all that is said, is slower; a
// benchmark of package fuzz tells how much, and prints its ratio to real time:
//
//	go test -run '^$' -bench 'Cluster$' -cpu 1 ./fuzz
//
//	messages  events  million events  times
//	a virtual second    a CPU second  real time
//	       0   3,500             4.1  1,170
//	   1,510  44,400             2.3     51
//	  10,100 203,000             1.9      9
//	  27,700 464,000             1.7      4
//
// (One core of an Intel Xeon, go1.26.8, 2026-11-29, the machine idle but for it; busy with others, the first row was
// 840 to 1,030. Fourteen hosts in two regions. The last row is as fast as two publishers get that may have 64
// messages under way, one of them far from the sequencer.)
//
// # What it does not do
//
// It has no notion of what packets mean: who wants to check them watches ([Network.Watch]).
// A network and its copies are for one goroutine at a time.
package sim
