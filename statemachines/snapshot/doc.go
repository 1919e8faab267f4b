// Package snapshot stores a service's state at an offset of a stream, and loads it only
// if every byte of it is what was written.
//
// A file is named by its offset, in 20 digits: 00000000000000315567.snap. All numbers
// are little-endian:
//
//	header   0  8  magic "ARIASNAP"
//	         8  2  version: a loader refuses those that it doesn't know
//	        10  2  minor version: a loader takes any
//	        12  4  required features, a bit each: a loader refuses those it doesn't know
//	        16  8  epoch of the stream
//	        24  8  core_stream_length: the offset
//	        32  8  stream time, in nanoseconds
//	        40  4  number of sections
//	        44  4  reserved, zero
//	        48  8  length of the file
//	        56 64  stream name, zero-padded
//	       120 64  service, zero-padded
//	       184 64  writer's version, zero-padded
//	       248  8  start of the epoch: from version 2 on
//	       256  4  CRC32C of the table; in version 1 at 248
//	       260  4  CRC32C of the header up to here; in version 1 at 252
//	table       an entry a section:
//	         0 32  name, zero-padded
//	        32  4  flags: 1 optional, 2 compressed with zstd
//	        36  4  CRC32C of the section as it is stored
//	        40  8  length as it is stored
//	        48  8  length of its contents
//	sections    as stored, one after the other in the table's order
//	footer   0  8  magic "SNAPDONE"
//	         8  8  length of the file
//	        16 16  SHA-256 of header and table, the first 16 bytes
//
// The order of checks is the point. The header's checksum comes before any length in
// it is trusted, and the lengths must agree with the size of the file before anything
// is allocated for it; so a file of n bytes never costs more than a few times n and a
// constant: n for the file, and for each entry of the table less than 200 bytes. The
// sections' checksums are in the table, and so under the footer's hash: no section is
// hashed twice. There is one encoding of each snapshot, so whatever loads encodes to
// the same bytes again.
//
// # Versions
//
// A program writes the version that [Meta] says, and reads up to that which [Expect] says, so that
// programs of any versions can run in one process. Whoever reads 2 reads 1. Whoever reads 1 refuses 2 by its
// number, before anything else in it is looked at; [Latest] goes on to an older file then, and reports
// what it skipped.
//
// Version 2 says where its epoch began. A server needs that to go on in it: each of its packets has it. Of
// version 1 it can only begin without any epoch, and hears whoever sends first, be it a leader that was
// followed by another long ago.
//
// # Writing
//
// Writing is a temporary file, fsync, rename, and fsync of the directory. The last is
// often forgotten; without it a crash can undo the rename (etcd#22340).
//
//	path, err := snapshot.Save(snapshot.OS(), dir, &snapshot.Snapshot{…})
//	s, skipped, err := snapshot.Latest(snapshot.OS(), dir, want, maxStreamTime)
//
// A loader says what it expects in an [Expect]: all of it is compared, and there is no
// value that means "unchecked". To look at a file without expectations, use [Inspect].
//
// # What it does not do
//
// It does not know what sections mean, does not delete old snapshots, and does not lock
// the directory against a second writer of the same offset: two at a time would write
// into one temporary file. One after the other is fine, the later one stays.
package snapshot
