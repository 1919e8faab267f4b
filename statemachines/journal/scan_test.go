package journal

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const testStream = 0x1234

// history is what a machine could have written: records of the stream with cuts and
// epochs, and facts between them.
func history(t *rapid.T) []Record {
	base := rapid.SampledFrom([]uint64{0, 1, 5000, 1<<64 - 200}).Draw(t, "base")
	tail, committed, epoch := base, base, uint64(1)
	var records []Record
	for range rapid.IntRange(1, 8).Draw(t, "records") {
		r := Record{Kind: Stream, Epoch: epoch, Start: base, Offset: tail, Committed: committed}
		r.Data = rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "data")
		switch rapid.IntRange(0, 3).Draw(t, "what") {
		case 1: // a new epoch cuts
			epoch++
			r.Epoch = epoch
			r.Offset = committed + rapid.Uint64Range(0, tail-committed).Draw(t, "kept")
			r.Start = r.Offset
		case 2:
			r.Kind = Fact + Kind(rapid.IntRange(0, 2).Draw(t, "fact"))
			r.Offset, r.Epoch = 77, 1<<40 // whatever the machine likes
		}
		if r.Kind == Stream {
			tail = r.Offset + uint64(len(r.Data))
			committed += rapid.Uint64Range(0, tail-committed).Draw(t, "accepted")
		}
		records = append(records, r)
	}
	return records
}

// written is the journal of records, and where each record ends in it.
func written(records []Record) (b []byte, ends []int) {
	base := uint64(1<<64 - 1)
	for _, r := range records {
		if r.Kind == Stream {
			base = min(base, r.Start)
		}
	}
	w := NewWriter(testStream, base)
	for _, r := range records {
		b = w.Append(b, r)
		ends = append(ends, len(b))
	}
	return b, ends
}

// scanned are the records that a scan takes, copied.
func scanned(b []byte) ([]Record, *Scanner) {
	s := Scan(testStream, b)
	var all []Record
	for s.Next() {
		r := s.Record()
		r.Data = bytes.Clone(r.Data)
		all = append(all, r)
	}
	return all, s
}

func requireRecords(t require.TestingT, want, got []Record) {
	require.Len(t, got, len(want))
	for i := range want {
		require.True(t, bytes.Equal(want[i].Data, got[i].Data))
		got[i].Data = want[i].Data
		require.Equal(t, want[i], got[i])
	}
}

func TestWhatIsWrittenIsScanned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := history(t)
		b, _ := written(records)
		got, s := scanned(b)
		require.Nil(t, s.Damage())
		requireRecords(t, records, got)
		require.Equal(t, uint64(len(b)), s.Writer().Length)
	})
}

// However much of the end is missing, what is whole is scanned, and the next record can go
// there.
func TestAnyPrefixIsScannedUpToItsLastWholeRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := history(t)
		b, ends := written(records)
		cut := rapid.IntRange(0, len(b)).Draw(t, "cut")
		whole, _ := slices.BinarySearch(ends, cut+1)
		got, s := scanned(b[:cut])
		requireRecords(t, records[:whole], got)
		w, length := s.Writer(), 0
		if whole > 0 {
			length = ends[whole-1]
		}
		require.Equal(t, uint64(length), w.Length)
		if atEnd := cut == length || cut == HeaderSize; atEnd {
			require.Nil(t, s.Damage())
		} else {
			require.ErrorIs(t, s.Damage(), Torn)
		}
		more := Record{Kind: Fact + 9, Data: []byte("more")}
		again, s := scanned(w.Append(bytes.Clone(b[:length]), more))
		require.Nil(t, s.Damage())
		requireRecords(t, append(slices.Clone(records[:whole]), more), again)
	})
}

// A bit that the disk lost ends the scan before the record that has it, wherever it lies.
func TestAnyBitFlipEndsTheScanBeforeIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := history(t)
		b, ends := written(records)
		bit := rapid.IntRange(0, 8*len(b)-1).Draw(t, "bit")
		b[bit/8] ^= 1 << (bit % 8)
		whole := 0
		if bit/8 >= HeaderSize {
			whole, _ = slices.BinarySearch(ends, bit/8+1)
		}
		got, s := scanned(b)
		requireRecords(t, records[:whole], got)
		require.NotNil(t, s.Damage())
		require.LessOrEqual(t, s.Writer().Length, s.Damage().At)
	})
}

// After a crash the second of three records was torn, and the file cut before it. What is
// written there now has the same length, but the cut did not reach the disk: the third
// record lies where a record may lie, is whole, and goes on at the right offset. It is not
// taken, as it does not go on from the new second one.
func TestARecordOfAnEarlierAttemptIsNotTaken(t *testing.T) {
	record := func(offset uint64, data string) Record {
		return Record{Kind: Stream, Epoch: 1, Offset: offset, Data: []byte(data)}
	}
	b, ends := written([]Record{record(0, "one"), record(3, "two"), record(6, "three")})
	_, s := scanned(b[:ends[1]-1])
	w := s.Writer()
	second := w.Append(nil, record(3, "TWO"))
	copy(b[ends[0]:], second)
	got, s := scanned(b)
	requireRecords(t, []Record{record(0, "one"), record(3, "TWO")}, got)
	require.ErrorIs(t, s.Damage(), BadChecksum)
	require.Equal(t, uint64(ends[1]), s.Damage().At)
}

func TestScansSayWhereTheyEndAndWhy(t *testing.T) {
	first := Record{Kind: Stream, Epoch: 5, Start: 100, Offset: 100, Committed: 102, Data: []byte("abc")}
	then := func(r Record) []byte { b, _ := written([]Record{first, r}); return b }
	set := func(at int, to byte) []byte { b := then(first); b[at] = to; return b }
	for _, c := range []struct {
		b    []byte
		want string
	}{
		{then(first)[:31], "journal: the end is missing: at byte 0: got 31, want 32"},
		{make([]byte, 100), "journal: not a journal: at byte 0: got 0x0, want 0x4c4e524a41495241"},
		{set(8, 2), "journal: unknown version: at byte 8: got 2, want 1"},
		{set(24, 99), "journal: header checksum: at byte 12: got 0x703bf4c7, want 0x8a62f1c3"},
		{then(first)[:80], "journal: the end is missing: at byte 32: got 48, want 51"},
		{set(38, 0xFF), "journal: length of a record: at byte 36: got 16711683, want 1048576"},
		{set(82, 'x'), "journal: record checksum: at byte 32: got 0x4477ba11, want 0xcda0d645"},
		{then(Record{Kind: 2}), "journal: kind of a record: at byte 91: got 2, want 1"},
		{then(Record{Kind: Stream, Epoch: 5, Start: 100, Offset: 104}), "journal: a hole in the stream: at byte 115: got 104, want 103"},
		{then(Record{Kind: Stream, Epoch: 5, Start: 100, Offset: 99}), "journal: a cut below the base: at byte 115: got 99, want 100"},
		{then(Record{Kind: Stream, Epoch: 5, Start: 100, Offset: 101}), "journal: a cut below what was accepted: at byte 115: got 101, want 102"},
		{then(Record{Kind: Stream, Epoch: 4, Start: 100, Offset: 103}), "journal: an older epoch: at byte 99: got 4, want 5"},
	} {
		_, s := scanned(c.b)
		require.EqualError(t, s.Damage(), c.want)
		require.False(t, s.Next(), "an end is an end")
	}
	_, s := scanned(then(first)[:80])
	require.Equal(t, NewWriter(testStream, 100), s.Writer(), "a journal without records starts over")
	s = Scan(testStream+1, then(first))
	require.False(t, s.Next())
	require.ErrorIs(t, s.Damage(), OtherStream)
}

func TestAStreamPastTheLastOffsetIsNone(t *testing.T) {
	w := NewWriter(testStream, 1<<64-3)
	b := w.Append(nil, Record{Kind: Stream, Offset: 1<<64 - 3, Data: []byte("ab")})
	b = w.Append(b, Record{Kind: Stream, Offset: 1<<64 - 1, Data: []byte("c")})
	got, s := scanned(b)
	require.Len(t, got, 1)
	require.ErrorIs(t, s.Damage(), PastEnd)
}

// FuzzScan: whatever the bytes, what is scanned writes the same bytes again.
func FuzzScan(f *testing.F) {
	b, _ := written([]Record{{Kind: Stream, Epoch: 1, Data: []byte("abc")}, {Kind: Fact}, {Kind: Stream, Epoch: 2, Start: 1, Offset: 1}})
	f.Add(b)
	f.Add(b[:40])
	f.Fuzz(func(t *testing.T, b []byte) {
		s := Scan(testStream, b)
		var again []byte
		var w Writer
		for s.Next() {
			if w.Length == 0 {
				w = NewWriter(testStream, s.Writer().Base)
			}
			again = w.Append(again, s.Record())
		}
		require.Equal(t, string(b[:len(again)]), string(again))
		require.Equal(t, uint64(len(again)), s.Writer().Length)
		if len(b) == len(again) || s.Damage() == nil {
			require.Nil(t, s.Damage())
			require.True(t, len(b) == len(again) || len(b) == HeaderSize && len(again) == 0)
		}
	})
}

func BenchmarkScan(b *testing.B) {
	w := NewWriter(testStream, 0)
	var journal []byte
	for i := range uint64(1000) {
		journal = w.Append(journal, Record{Kind: Stream, Offset: 100 * i, Data: make([]byte, 100)})
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(journal)))
	for b.Loop() {
		s := Scan(testStream, journal)
		for s.Next() {
		}
	}
}
