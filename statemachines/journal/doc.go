// Package journal is the format of what a machine keeps on disk of a stream: a file that is
// only ever appended to. It is pure: bytes in, bytes out. A machine writes what [Writer]
// makes, and after a crash a [Scanner] says what the disk has of it.
//
//	w := journal.NewWriter(wire.StreamID("aria"), 0)
//	b = w.Append(b[:0], journal.Record{Kind: journal.Stream, Epoch: 7, Start: 0, Offset: 0, Data: frames})
//	…
//	s := journal.Scan(wire.StreamID("aria"), disk)
//	for s.Next() {
//		r := s.Record()
//		…
//	}
//	w, damage := s.Writer(), s.Damage()
//
// All numbers are little-endian:
//
//	header   0  8  magic "ARIAJRNL"
//	         8  4  version, 1
//	        12  4  CRC32C of the header, with these four bytes as zeros
//	        16  8  stream: the first 8 bytes of the SHA-256 of its name
//	        24  8  base: offset of the stream at which the journal begins
//	record   0  4  CRC32C of what follows, going on from that of the record before
//	         4  4  length n of the data, at most 1 MiB
//	         8  8  kind
//	        16  8  epoch
//	        24  8  start
//	        32  8  offset
//	        40  8  committed
//	        48  n  data
//
// # Records
//
// A record of kind [Stream] holds bytes of the stream at its offset, and says in which epoch
// they came and where that epoch began. The next one begins where it ended. One with an
// offset below that cuts off a dead history: what the stream had from there on is gone. A
// record without data says that an epoch was entered, and may cut, too. Epochs of these
// records never go down. Committed is what was known of the stream's acceptance when the
// record was written: that much is never cut.
//
// Kinds from [Fact] on are the machine's own: what it must remember beside the stream. They
// mean nothing here.
//
// # The end
//
// A file that grew when the machine died may end in anything: in half a record, in zeros, in
// what the disk held there before. A scan ends before the first record that is not whole,
// and says where and why. What follows is not looked at, since nothing tells a record
// that was left there by chance from one that belongs there; each checksum goes on
// from the one before, so that not even a whole record of an earlier attempt at the same
// place is taken (etcd's log does the same). Whoever appends to a file must cut it to
// [Writer.Length] first.
//
// So a scan can't tell an end from a fault of the disk in what was durable long ago. Whoever
// knows how much was durable compares: see the machines' Restart.
package journal
