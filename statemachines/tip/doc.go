// Package tip is the tip-retransmitter: it keeps the most recent bytes of a stream in a
// ring, and answers those who missed some of them.
//
// It is a pure machine. Everything that happens comes in by [Machine.Step], time
// included, and everything it does comes back from there; it has no goroutine, clock,
// socket or file. Equal inputs give equal outputs.
//
//	m, err := tip.New(tip.Config{Stream: "aria", Capacity: 64 << 20}, epoch, snapshotOffset)
//	…
//	out = m.Step(now, tip.Input{Kind: tip.Stream, Epoch: 7, Start: 0, Offset: 315567, Data: packet}, out[:0])
//	out = m.Step(now, tip.Input{Kind: tip.Request, Client: 3, Epoch: 7, Offset: 313425, Length: 8}, out[:0])
//	out = m.Step(now, tip.Input{}, out[:0]) // time passes
//
// # The stream
//
// A packet of the stream says its epoch, the offset where that epoch began, and its own
// offset. What the machine has already is passed over; a packet past its tail is not
// taken, and the hole reported as [Missing]. A packet without data is a heartbeat.
//
// An epoch is one sequencer's term. Packets of an older one are ignored. A new one may
// have begun below our tail: a sequencer that failed can have sent bytes that its
// successor never saw. They are of a dead history then, and the machine starts an empty
// ring where the new epoch does. The bytes of an epoch that it never heard of could lie
// anywhere, so if it skipped one it starts over too (Kafka keeps a table of epochs and
// their starts for the same reason, KIP-101; we have a replicator to ask).
//
// # Requests
//
// Clients ask for offsets, from this region or another. What they were told by
// discovery is theirs: the machine trusts no hint, and judges a request by its own
// bounds, at the moment when it answers, and not when the request came:
//
//	another epoch   WrongEpoch
//	off < first     TooOld
//	off > tail      Future
//	off == tail     Data without bytes: nothing yet
//	otherwise       Data, up to the length asked for
//
// Every output says epoch, first and tail, so that a client that was refused knows what
// to ask for, and whom.
//
// A request is clamped to the longest answer, and waits. One that begins inside a
// waiting request of the same client, or right behind it, is merged into it, if the
// whole is no longer than an answer. It is never merged into one that begins later: with
// first at 100, "95 and 10 more" would turn a request for 100 that can be served into
// one that can't.
//
// Each client is limited to a rate, by a bucket of bytes: an answer may be sent when the
// bucket is not overdrawn, and then takes its length and [Overhead] from it. A client
// that must wait holds up nobody else. Requests that there is no room for are refused
// with [Busy] at once.
//
// # State
//
// [Machine.Snapshot] is the whole state, and [Restore] its inverse: the machine that
// comes back answers everything as the first would have. A service that restarts, and an
// explorer that rewinds, use the same pair. Without the optional section of the ring's
// bytes, the ring is empty at the snapshot's offset.
//
// # On the network
//
// A [Server] is a machine on the network, as docs/bus.md has it and package machine defines.
// It follows the stream and fetches what is missing, so that the machine gets it in order; at a
// new epoch it takes off the ring what is not known to be accepted. It tells discovery what
// it has. After a crash it starts over from its snapshot's offset, up to which the stream was
// accepted, with an empty ring, and answers in no epoch until it has heard of one.
//
// # What it does not do
//
// A machine does not fetch what it misses, and neither it nor its server looks into messages:
// they serve bytes.
package tip
