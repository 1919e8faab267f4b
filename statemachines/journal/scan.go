package journal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// Reason is why a scan ended before the bytes did. It is an error itself, for errors.Is.
type Reason string

func (r Reason) Error() string { return "journal: " + string(r) }

// The reasons.
const (
	BadMagic    Reason = "not a journal"
	BadVersion  Reason = "unknown version"
	BadHeader   Reason = "header checksum"
	OtherStream Reason = "another stream"
	Torn        Reason = "the end is missing"
	BadLength   Reason = "length of a record"
	BadChecksum Reason = "record checksum"
	BadKind     Reason = "kind of a record"
	Hole        Reason = "a hole in the stream"
	BelowBase   Reason = "a cut below the base"
	BelowCommit Reason = "a cut below what was accepted"
	OlderEpoch  Reason = "an older epoch"
	PastEnd     Reason = "a stream past the last offset"
)

// A Damage says where a scan ended and why.
type Damage struct {
	Reason Reason
	At     uint64 // bytes from the journal's beginning
	Got    uint64
	Want   uint64
}

func (d *Damage) Error() string {
	number := "%d"
	switch d.Reason {
	case BadMagic, BadHeader, BadChecksum, OtherStream:
		number = "%#x"
	}
	return fmt.Sprintf("journal: %s: at byte %d: got "+number+", want "+number, string(d.Reason), d.At, d.Got, d.Want)
}

// Unwrap makes errors.Is(err, journal.Torn) work.
func (d *Damage) Unwrap() error { return d.Reason }

// A Scanner reads the records of a journal, up to the first that is not whole. It allocates
// nothing but a Damage.
type Scanner struct {
	b      []byte
	w      Writer // of what was read
	begun  bool
	tail   uint64
	epoch  uint64
	commit uint64 // what records said of acceptance, at most
	record Record
	damage *Damage
}

// Scan begins to read a journal of a stream. The bytes are the caller's; records are parts of
// them.
func Scan(stream uint64, b []byte) *Scanner {
	return &Scanner{b: b, w: Writer{Stream: stream}}
}

// Next goes on to the next record. It is false at the end, and from then on.
func (s *Scanner) Next() bool {
	if s.damage != nil || uint64(len(s.b)) == s.w.Length {
		return false
	}
	if !s.begun && !s.begin() {
		return false
	}
	rest := s.b[s.w.Length:]
	if len(rest) == 0 {
		return false
	}
	r, sum, ok := s.whole(rest)
	if !ok || r.Kind == Stream && !s.follows(r) {
		return false
	}
	s.record = r
	s.w.Length += uint64(r.Size())
	s.w.Sum = sum
	return true
}

// Record is the record that Next went to.
func (s *Scanner) Record() Record { return s.record }

// Tail is the offset at which the stream ends, as of the record that Next went to. Before
// the first one it is the journal's base.
func (s *Scanner) Tail() uint64 { return s.tail }

// Writer goes on where the scan ended. The file must be cut to its Length before anything is
// appended. If not even a record was whole, the journal starts over at its base; that is 0 if
// the header wasn't whole either.
func (s *Scanner) Writer() Writer {
	if s.w.Length <= HeaderSize {
		return NewWriter(s.w.Stream, s.w.Base)
	}
	return s.w
}

// Damage is why the scan ended before the bytes did, or nil if it did not, or not yet.
func (s *Scanner) Damage() *Damage { return s.damage }

func (s *Scanner) end(reason Reason, at int, got, want uint64) bool {
	s.damage = &Damage{reason, s.w.Length + uint64(at), got, want}
	return false
}

// begin reads the header.
func (s *Scanner) begin() bool {
	le := binary.LittleEndian
	if len(s.b) < HeaderSize {
		return s.end(Torn, 0, uint64(len(s.b)), HeaderSize)
	}
	var head [HeaderSize]byte
	copy(head[:], s.b)
	clear(head[12:16])
	sum := crc32.Checksum(head[:], castagnoli)
	switch {
	case string(head[:8]) != magic:
		return s.end(BadMagic, 0, le.Uint64(head[:]), le.Uint64([]byte(magic)))
	case le.Uint32(head[8:]) != version:
		return s.end(BadVersion, 8, uint64(le.Uint32(head[8:])), version)
	case le.Uint32(s.b[12:]) != sum:
		return s.end(BadHeader, 12, uint64(le.Uint32(s.b[12:])), uint64(sum))
	case le.Uint64(head[16:]) != s.w.Stream:
		return s.end(OtherStream, 16, le.Uint64(head[16:]), s.w.Stream)
	}
	s.begun = true
	s.w.Base = le.Uint64(head[24:])
	s.w.Length, s.w.Sum = HeaderSize, sum
	s.tail = s.w.Base
	return true
}

// whole reads the record that b begins with, if it is there as it was written.
func (s *Scanner) whole(b []byte) (r Record, sum uint32, ok bool) {
	le := binary.LittleEndian
	if len(b) < RecordSize {
		return r, 0, s.end(Torn, 0, uint64(len(b)), RecordSize)
	}
	n := le.Uint32(b[4:])
	if n > DataMax {
		return r, 0, s.end(BadLength, 4, uint64(n), DataMax)
	}
	size := RecordSize + int(n)
	if len(b) < size {
		return r, 0, s.end(Torn, 0, uint64(len(b)), uint64(size))
	}
	if sum = crc32.Update(s.w.Sum, castagnoli, b[4:size]); le.Uint32(b) != sum {
		return r, 0, s.end(BadChecksum, 0, uint64(le.Uint32(b)), uint64(sum))
	}
	r = Record{
		Kind: Kind(le.Uint64(b[8:])), Epoch: le.Uint64(b[16:]), Start: le.Uint64(b[24:]),
		Offset: le.Uint64(b[32:]), Committed: le.Uint64(b[40:]), Data: b[RecordSize:size:size],
	}
	if r.Kind != Stream && r.Kind < Fact {
		return r, 0, s.end(BadKind, 8, uint64(r.Kind), uint64(Stream))
	}
	return r, sum, true
}

// follows judges a record of the stream by what came before it. One whose checksum is right
// and that does not follow was written by a wrong program, not by a disk.
func (s *Scanner) follows(r Record) bool {
	switch {
	case r.Offset > s.tail:
		return s.end(Hole, 32, r.Offset, s.tail)
	case r.Offset < s.w.Base:
		return s.end(BelowBase, 32, r.Offset, s.w.Base)
	case r.Offset < s.commit && r.Offset < s.tail:
		return s.end(BelowCommit, 32, r.Offset, min(s.commit, s.tail))
	case r.Epoch < s.epoch:
		return s.end(OlderEpoch, 16, r.Epoch, s.epoch)
	case uint64(len(r.Data)) > ^r.Offset:
		return s.end(PastEnd, 32, uint64(len(r.Data)), ^r.Offset)
	}
	s.epoch, s.commit = r.Epoch, max(s.commit, r.Committed)
	s.tail = r.Offset + uint64(len(r.Data))
	return true
}
