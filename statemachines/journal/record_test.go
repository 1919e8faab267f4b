package journal

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKindsHaveNames(t *testing.T) {
	require.Equal(t, []string{"stream", "kind 2", "fact 0", "fact 3"},
		[]string{Stream.String(), Kind(2).String(), Fact.String(), (Fact + 3).String()})
}

func TestARecordThatIsTooLongIsAMistake(t *testing.T) {
	w := NewWriter(1, 0)
	require.PanicsWithValue(t, "journal: a record of 1048577 bytes, want at most 1048576: split it", func() {
		w.Append(nil, Record{Kind: Stream, Data: make([]byte, DataMax+1)})
	})
	require.Zero(t, w.Length)
	require.Len(t, w.Append(nil, Record{Kind: Stream, Data: make([]byte, DataMax)}), HeaderSize+RecordSize+DataMax)
}

func TestAppendAllocatesNothing(t *testing.T) {
	w, buf, r := NewWriter(1, 0), make([]byte, 0, 4096), Record{Kind: Stream, Data: make([]byte, 100)}
	require.Zero(t, testing.AllocsPerRun(100, func() { buf = w.Append(buf[:0], r) }))
}

func BenchmarkAppend(b *testing.B) {
	w, buf, r := NewWriter(1, 0), make([]byte, 0, 4096), Record{Kind: Stream, Data: make([]byte, 100)}
	b.ReportAllocs()
	b.SetBytes(int64(r.Size()))
	for b.Loop() {
		buf = w.Append(buf[:0], r)
	}
}
