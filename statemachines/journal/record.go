package journal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

const (
	// HeaderSize is the size of a journal without records, in bytes.
	HeaderSize = 32

	// RecordSize is the size of a record without data, in bytes.
	RecordSize = 48

	// DataMax is how much data a record may hold, in bytes.
	DataMax = 1 << 20

	version = 1
	magic   = "ARIAJRNL"
)

// Kind says what a record is.
type Kind uint64

// The kinds of records.
const (
	Stream Kind = 1  // bytes of the stream
	Fact   Kind = 16 // the first of the kinds that are the machine's own
)

// String is the kind's name, as in "stream".
func (k Kind) String() string {
	switch {
	case k == Stream:
		return "stream"
	case k >= Fact:
		return fmt.Sprintf("fact %d", uint64(k-Fact))
	}
	return fmt.Sprintf("kind %d", uint64(k))
}

// A Record is a part of a journal. In one that is not of kind [Stream] the numbers are the
// machine's to use.
type Record struct {
	Kind      Kind
	Epoch     uint64
	Start     uint64 // where the epoch began
	Offset    uint64 // of the first byte of Data
	Committed uint64 // up to here the stream was known to be accepted when it was written
	Data      []byte // at most DataMax
}

// Size is what a record takes in the journal, in bytes.
func (r *Record) Size() int { return RecordSize + len(r.Data) }

// A Writer makes a journal. It is a value: what it knows goes into snapshots, and a copy of it
// writes what the original would.
type Writer struct {
	Stream uint64 // see wire.StreamID
	Base   uint64
	Length uint64 // bytes that were made so far
	Sum    uint32 // checksum of the last record; of the header, if there is none
}

// NewWriter begins a journal of a stream from an offset on.
func NewWriter(stream, base uint64) Writer { return Writer{Stream: stream, Base: base} }

// Append appends a record to dst, and before the first one the header. It panics if the
// data is longer than DataMax: the machines have nothing that is.
func (w *Writer) Append(dst []byte, r Record) []byte {
	if len(r.Data) > DataMax {
		panic(fmt.Sprintf("journal: a record of %d bytes, want at most %d: split it", len(r.Data), DataMax))
	}
	before := len(dst)
	if w.Length == 0 {
		dst = w.begin(dst)
	}
	le := binary.LittleEndian
	at := len(dst)
	dst = le.AppendUint32(dst, 0)
	dst = le.AppendUint32(dst, uint32(len(r.Data)))
	dst = le.AppendUint64(dst, uint64(r.Kind))
	dst = le.AppendUint64(dst, r.Epoch)
	dst = le.AppendUint64(dst, r.Start)
	dst = le.AppendUint64(dst, r.Offset)
	dst = le.AppendUint64(dst, r.Committed)
	dst = append(dst, r.Data...)
	w.Sum = crc32.Update(w.Sum, castagnoli, dst[at+4:])
	le.PutUint32(dst[at:], w.Sum)
	w.Length += uint64(len(dst) - before)
	return dst
}

// begin appends the header.
func (w *Writer) begin(dst []byte) []byte {
	le := binary.LittleEndian
	at := len(dst)
	dst = append(dst, magic...)
	dst = le.AppendUint32(dst, version)
	dst = le.AppendUint32(dst, 0)
	dst = le.AppendUint64(dst, w.Stream)
	dst = le.AppendUint64(dst, w.Base)
	w.Sum = crc32.Checksum(dst[at:], castagnoli)
	le.PutUint32(dst[at+12:], w.Sum)
	return dst
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)
