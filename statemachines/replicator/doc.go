// Package replicator keeps the stream on disk and answers requests for any byte of it; in
// another region than the sequencer's it sends the stream on. It is a pure machine: see package
// machine, and docs/bus.md for what goes over the wire.
//
//	m, err := replicator.New(replicator.Config{Stream: "aria", Self: machine.At(2, 5), Resend: true})
//	…
//	out = m.Step(now, machine.Input{Kind: machine.Packet, From: leader, Data: packet}, out[:0])
//
// # What it has
//
// All of the stream from its base on, accepted or not: it follows like everybody else, and at a
// new epoch forgets what is not known to be accepted. What it has is in its journal, and in memory,
// where requests are answered from: a byte of the stream costs a byte, and 8 more for 4 KiB. A
// machine can't read a disk, and one that could ask its host to would answer later than it
// judges. Where a stream is too long for that, a replicator that begins later
// (Config.Base) takes its place, and the old one's disk is an archive.
//
// Answers and adverts count what is not yet on its disk: it makes no promise of it. Nobody's
// message is accepted because a replicator has it.
//
// # Another region
//
// The sequencer sends the stream to its own region and to a replicator in each other one, which
// sends it on to everybody there: frames, as soon as it has them in order; and heartbeats, when
// one comes from another region or it learns that more is accepted. What it fills in after a
// hole is sent on, too, so the hosts of its region miss nothing that it found.
//
// # Restarts
//
// [Restart] reads the journal, which is all that is needed, and goes on from the last record that is whole: as
// if it had heard nothing since. It has all of the stream that was there then, and is in that
// record's epoch. What lies past where it knows the stream to be accepted is of that epoch, because
// an epoch begins with a record that cuts off the rest. It may have become a dead history
// meanwhile; then a packet of a newer epoch says so, and it is forgotten like that of a replicator that
// never ended. To forget it at once would be safe, too. But if all replicators restart at once, the sequencers would
// be the only ones to have it, as long as they retain it, though it is on disk here.
//
// A record says what was known to be accepted when it was written, so of what came last the journal does not
// know. A snapshot has the whole stream in it, and is for going back to a moment: [Restore].
package replicator
