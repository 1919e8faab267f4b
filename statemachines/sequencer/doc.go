// Package sequencer puts the messages of all publishers into one order, and sends them as the
// stream; or it stands by for one that does. It is a pure machine: see package machine, and
// docs/bus.md for what goes over the wire.
//
//	m, err := sequencer.New(sequencer.Config{Stream: "aria", Self: machine.At(1, 1)})
//	…
//	grant := sequencer.Grant{Duty: sequencer.LeadPaired, Other: standby, Epoch: 7, After: 6}
//	out = m.Step(now, machine.Input{Kind: machine.Command, Data: grant.Append(nil)}, out[:0])
//	out = m.Step(now, machine.Input{Kind: machine.Packet, From: publisher, Data: packet}, out[:0])
//
// # When a message is accepted
//
// A message is accepted in an epoch that is led alone when the leader's journal with it is
// durable, and in one that is led paired when the standby's is, too. Both count from the
// beginning of the stream: what is accepted is a prefix, [0, committed). The leader knows first;
// everybody else knows when a packet says so. What is accepted is in the stream of every later
// epoch, at the same offset. That a message is in the stream, or that its publisher was told
// so, does not mean that it is accepted.
//
// A leader sends a message as soon as it has ordered it, so that its way over the network and its
// way to the disks take the same time. So what was sent and not accepted may be gone after
// a crash, and a sequencer that restarts leads no more: something else could come in its
// place, in one epoch. It waits for a grant of the next one.
//
// # Grants
//
// An operator grants epochs, and sees to the one rule of docs/bus.md. The sequencer helps: it
// knows the last epoch of which it has all that was accepted in it and before (it is *whole*
// in that epoch), and refuses to lead after one in which it is not. It is whole in an epoch
// that it led; and in one in which it stood by from when its disk had the stream up to the
// epoch's start, and knew so, which it reports. A grant names the epoch that it comes after, so an operator
// who is wrong about the history of grants is all that can lose what was accepted.
//
// An epoch begins with a grant that is on the disk, and not before: nothing is sent of one that a
// crash could undo, or the epoch might begin twice, in two places. A standby likewise says
// nothing of its disk before its grant is there, and then never again in an older epoch: so
// the leader of an older one, be it dead or only slow, has nothing accepted any more.
//
// # A dead history
//
// A standby that enters an epoch takes off what it has from the epoch's start on: that was
// never accepted. What lies below may be of a dead history, too, from where it is settled
// (accepted, and on its disk). But it may as well be the only copy of what was accepted: the
// leader may die before it has given its own away. So it forgets nothing before something else
// comes in its place. It follows the stream from what is settled, compares, and cuts where there
// is a difference. It tells the leader of its disk only what has been compared. When it restarts, it
// begins to compare anew; from the epoch's start on it keeps what it has, since that is of no
// other epoch, and the leader may count on it.
//
// # Messages
//
// A message is in the stream once: the sequencer knows the last number of each publisher that
// is in it, and takes the next one only. That is kept for each publisher that there ever was,
// in 24 bytes, and made again from the stream where that is cut or read from a journal.
//
// A publisher gets no answer to a message that is taken: it sees it in the stream. It is told
// that a message came twice, too early, or too fast, and when to try again. What it may have
// a second is limited by a bucket of bytes; and as long as UncommittedMax bytes are not yet
// accepted, nobody's messages are taken, so that a disk or a standby that does not keep up slows
// publishers down, and nothing else.
//
// # Who misses some of the stream
//
// can ask, be it a leader or a standby: it has the last RetainMin bytes in memory, and all that
// is not settled. Who does not lead gives out only what it has compared, or what is settled. It is the last to be asked, after tips and replicators, but it may be the only
// one to know what came just before a failover. Whoever is further behind than all servers
// starts over from a copy of a journal.
//
// # Disk
//
// The journal holds the stream and the facts that a sequencer must not forget: its last grant,
// the latest epoch that it heard of, and in which it is whole. See [Restart] for what a
// crash leaves, [Restore] for going back to a moment.
package sequencer
