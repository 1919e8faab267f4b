package snapshot

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden file anew")

// sample is the snapshot of the golden file of version 1. Its compressed section is spelled out,
// because another version of the compressor may write another.
func sample() *Snapshot {
	return &Snapshot{
		Meta: Meta{
			Stream: "aria", Epoch: 7, CoreStreamLength: 315567, StreamTime: 1_700_000_000_000_000_000, Service: "tip",
			Writer: "v1.0.0", Version: Version1,
		},
		Sections: []Section{
			PlainSection("state", []byte("the state of a service")),
			{Name: "ring", Zstd: true, Stored: []byte("\x28\xb5\x2f\xfd\x04\x00\x8d\x00\x00Htip ring \x01T\t\x03+(\x06\x0c\xb7\xc4\xa9"), Length: uint64(len(sampleRing))},
			{Name: "notes", Optional: true, Stored: []byte("from a later version"), Length: 20},
			PlainSection("empty", nil),
		},
	}
}

// sample2 is that of version 2: of the same, and it says where the epoch began.
func sample2() *Snapshot {
	s := sample()
	s.Version, s.Start = Version2, 313425
	return s
}

var sampleRing = bytes.Repeat([]byte("tip ring "), 20)

// wanted is a loader that does not know the section notes, which is optional.
func wanted() Expect {
	return Expect{Stream: "aria", Service: "tip", Epoch: 7, Durable: 400000, Sections: []string{"state", "ring", "empty"}}
}

const (
	sampleName = "00000000000000315567.snap"
	golden     = "testdata/" + sampleName
	golden2    = "testdata/version2/" + sampleName
)

func encoded(t testing.TB, s *Snapshot) []byte {
	t.Helper()
	b, err := Encode(s)
	require.NoError(t, err)
	return b
}

func TestEachVersionIsWrittenAsItsGoldenFile(t *testing.T) {
	for golden, s := range map[string]*Snapshot{golden: sample(), golden2: sample2()} {
		if *update {
			require.NoError(t, os.WriteFile(golden, encoded(t, s), 0o644))
		}
		file, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, file, encoded(t, s), golden)
	}
}

func TestTheGoldenFileOfVersion1Loads(t *testing.T) {
	s, err := Load(OS(), golden, wanted())
	require.NoError(t, err)
	require.Equal(t, sample().Meta, s.Meta)
	ring, found := s.Section("ring")
	require.True(t, found)
	require.True(t, ring.Zstd)
	contents, err := ring.Contents()
	require.NoError(t, err)
	require.Equal(t, sampleRing, contents)
	file, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, file, encoded(t, s), "what loads encodes to the same bytes")
}

func TestAnUnknownOptionalSectionIsAccepted(t *testing.T) {
	s, err := Load(OS(), golden, wanted())
	require.NoError(t, err)
	notes, found := s.Section("notes")
	require.True(t, found)
	require.NotContains(t, wanted().Sections, notes.Name)
	require.Equal(t, "from a later version", string(notes.Stored))

	required := sample()
	required.Sections[2].Optional = false
	_, err = Decode(sampleName, encoded(t, required), wanted())
	require.ErrorIs(t, err, UnknownSection)
}

func TestVersion2SaysWhereItsEpochBegan(t *testing.T) {
	s, err := Load(OS(), golden2, wanted())
	require.NoError(t, err)
	require.Equal(t, sample2().Meta, s.Meta)
	require.Equal(t, encoded(t, sample2()), encoded(t, s), "what loads encodes to the same bytes")

	older := sample2()
	older.Version = Version1
	require.Equal(t, encoded(t, sample()), encoded(t, older), "version 1 has no place for it")
	s, err = Decode(sampleName, encoded(t, older), wanted())
	require.NoError(t, err)
	require.Equal(t, sample().Meta, s.Meta)
}

func TestTheLatestVersionIsWrittenUnlessAnotherIsAskedFor(t *testing.T) {
	s := sample2()
	s.Version = 0
	require.Equal(t, encoded(t, sample2()), encoded(t, s))
}

// A file of a later version may have another checksum, or none: the loader must not get as
// far as that.
func TestALaterVersionIsRefusedByItsNumber(t *testing.T) {
	old := wanted()
	old.Version = Version1
	file := encoded(t, sample2())
	for _, b := range [][]byte{file, damaged(file, epochAt), file[:headerSize(Version1)+footerSize]} {
		_, err := Decode(sampleName, b, old)
		require.EqualError(t, err, "snapshot "+sampleName+": unknown version: at byte 8: got 2, want 1")
		require.ErrorIs(t, err, BadVersion)
	}
	_, err := Decode(sampleName, encoded(t, sample()), old)
	require.NoError(t, err)

	future := wanted()
	future.Version = LatestVersion + 1
	_, err = Decode(sampleName, patched(file, func(b []byte) { b[majorAt] = 3 }), future)
	require.EqualError(t, err, "snapshot "+sampleName+": unknown version: at byte 8: got 3, want 1 to 2")
}

// A header of version 2 is longer: of a file that would be long enough for one of version 1 it
// may lack the end.
func TestAHeaderOfVersion2ThatTheFileCutsOff(t *testing.T) {
	empty := sample2()
	empty.Sections = nil
	file := encoded(t, empty)
	require.Len(t, file, headerSize(Version2)+footerSize)
	_, err := Decode(sampleName, file, wanted())
	require.NoError(t, err)
	for size := headerSize(Version1) + footerSize; size < len(file); size++ {
		_, err := Decode(sampleName, file[:size], wanted())
		require.ErrorIs(t, err, BadSize)
	}
	for at := range file {
		_, err := Decode(sampleName, damaged(file, at), wanted())
		var refusal *Error
		require.ErrorAs(t, err, &refusal, "byte %d", at)
	}
}

// After a downgrade the newest file may be one that the program can't read: it goes on to the one
// before, and says so.
func TestLatestPassesOverLaterVersions(t *testing.T) {
	dir := t.TempDir()
	newer := sample2()
	newer.CoreStreamLength++
	for _, s := range []*Snapshot{sample(), newer} {
		_, err := Save(OS(), dir, s)
		require.NoError(t, err)
	}
	old := wanted()
	old.Version = Version1
	s, skipped, err := Latest(OS(), dir, old, sample().StreamTime)
	require.NoError(t, err)
	require.Equal(t, sample().Meta, s.Meta)
	require.Len(t, skipped, 1)
	require.ErrorIs(t, skipped[0], BadVersion)
	s, skipped, err = Latest(OS(), dir, wanted(), sample().StreamTime)
	require.NoError(t, err)
	require.Equal(t, newer.Meta, s.Meta)
	require.Empty(t, skipped)
}

func TestALaterMinorVersionLoads(t *testing.T) {
	s := sample()
	s.Minor = 9
	got, err := Decode(sampleName, encoded(t, s), wanted())
	require.NoError(t, err)
	require.Equal(t, uint16(9), got.Minor)
}

func TestADurableStreamMayEndWhereTheSnapshotIs(t *testing.T) {
	want := wanted()
	want.Durable = 315567
	_, err := Load(OS(), golden, want)
	require.NoError(t, err)
}

func TestCompressedContentsComeBack(t *testing.T) {
	// Past 8 MiB the compressor's window is shorter than the contents.
	for _, size := range []int{0, 1, 100, 4096, 20 << 20} {
		data := bytes.Repeat([]byte("0123456789abcdefghi"), size/19+1)[:size]
		for i := 0; i < size; i += 50 {
			data[i] = byte(i * i >> 8) // no more than 256 to 1, so that it is compressed
		}
		section := ZstdSection("a", data)
		require.Equal(t, size > 1, section.Zstd, size)
		contents, err := section.Contents()
		require.NoError(t, err)
		require.True(t, bytes.Equal(data, contents), size)
	}
	require.False(t, ZstdSection("a", make([]byte, 1<<20)).Zstd, "more than a loader believes is stored plain")
}

func TestContentsThatTheWriterGotWrong(t *testing.T) {
	packed := sample().Sections[1].Stored
	for text, section := range map[string]Section{
		`snapshot: contents of a section: "a": got a length of 257, want at most 256 for 1 byte stored`: {Name: "a", Zstd: true, Stored: []byte{0}, Length: 257},
		`snapshot: contents of a section: "a": want 9 bytes: unexpected EOF`:                            {Name: "a", Zstd: true, Stored: packed[:9], Length: 9},
		`snapshot: contents of a section: "a": got 180 bytes, want 181`:                                 {Name: "a", Zstd: true, Stored: packed, Length: 181},
		`snapshot: contents of a section: "a": got 180 bytes, want 179`:                                 {Name: "a", Zstd: true, Stored: packed, Length: 179},
	} {
		_, err := section.Contents()
		require.ErrorIs(t, err, BadContents)
		require.EqualError(t, err, text)
	}
}
