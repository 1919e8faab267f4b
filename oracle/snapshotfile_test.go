package oracle

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const wholeName = "00000000000000000042.snap"

func wholeFile() SnapshotFile {
	return SnapshotFile{Version: 1, Epoch: 3, Length: 42, Stream: "s", Sections: []SnapshotSection{
		{Name: "a", Stored: []byte("abc"), Contents: 3},
		{Name: "b", Flags: 3, Stored: []byte("b"), Contents: 256},
	}}
}

// wholeFiles are one of each version.
func wholeFiles() []SnapshotFile {
	second := wholeFile()
	second.Version, second.Start = 2, 17
	return []SnapshotFile{wholeFile(), second}
}

func TestAFileIsReadAsItWasLaidOut(t *testing.T) {
	b := wholeFile().Bytes()
	require.Len(t, b, 256+2*56+4+32)
	f, ok := ReadSnapshot(b)
	require.True(t, ok)
	require.Equal(t, wholeFile(), f)
	require.True(t, WholeSnapshot(wholeName, b))
	require.True(t, f.Fits())
	f.Stream = strings.Repeat("x", 64)
	require.True(t, f.Fits())
	f.Stream += "x"
	require.False(t, f.Fits())
}

func TestVersion2SaysWhereItsEpochBegan(t *testing.T) {
	f := wholeFiles()[1]
	require.Len(t, f.Bytes(), 264+2*56+4+32)
	back, ok := ReadSnapshot(f.Bytes())
	require.True(t, ok)
	require.Equal(t, f, back)
	require.True(t, f.Fits())
	for _, version := range []uint16{0, 3} {
		f.Version = version
		require.False(t, f.Fits())
		_, whole := ReadSnapshotHeader(wholeName, f.Bytes())
		require.False(t, whole)
	}
}

func TestNoOtherFileIsWhole(t *testing.T) {
	require.False(t, WholeSnapshot("00000000000000000043.snap", wholeFile().Bytes()))
	for _, f := range wholeFiles() {
		for at := range f.Bytes() {
			b := f.Bytes()
			b[at] ^= 4
			require.False(t, WholeSnapshot(wholeName, b), at)
			require.False(t, WholeSnapshot(wholeName, b[:at]), at)
		}
	}
	require.False(t, WholeSnapshot(wholeName, append(wholeFile().Bytes(), 0)))
}

func TestAFileMayAgreeWithItselfAndSayWhatIsForbidden(t *testing.T) {
	for name, change := range map[string]func(f *SnapshotFile){
		"plain":     func(f *SnapshotFile) { f.Sections[0].Contents = 4 },
		"bomb":      func(f *SnapshotFile) { f.Sections[1].Contents = 257 },
		"flag":      func(f *SnapshotFile) { f.Sections[0].Flags = 4 },
		"twice":     func(f *SnapshotFile) { f.Sections[1].Name = "a" },
		"no name":   func(f *SnapshotFile) { f.Sections[1].Name = "" },
		"NUL":       func(f *SnapshotFile) { f.Sections[1].Name = "a\x00b" },
		"stream":    func(f *SnapshotFile) { f.Stream = "a\x00b" },
		"something": func(f *SnapshotFile) { f.Length++ },
	} {
		f := wholeFile()
		change(&f)
		require.False(t, WholeSnapshot(wholeName, f.Bytes()), name)
		if name != "something" { // which is another file's name
			require.False(t, f.Fits(), name)
		}
	}
}

// A header is whole whatever follows it, and no other one is.
func TestAHeaderIsWholeByItself(t *testing.T) {
	for _, f := range wholeFiles() {
		for at := range f.Bytes() {
			b := f.Bytes()
			head := SnapshotHeaderSize(b)
			b[at] ^= 4
			f, whole := ReadSnapshotHeader(wholeName, b)
			require.Equal(t, at >= head, whole, at)
			if whole {
				require.Equal(t, uint64(42), f.Length)
			}
			_, whole = ReadSnapshotHeader(wholeName, b[:at])
			require.False(t, whole, at)
		}
	}
	_, whole := ReadSnapshotHeader("00000000000000000043.snap", wholeFile().Bytes())
	require.False(t, whole)
}
