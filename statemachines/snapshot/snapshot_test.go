package snapshot

import (
	"bytes"
	"encoding/binary"
	"flag"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden file anew")

func sample() *Snapshot {
	return &Snapshot{
		Meta: Meta{Stream: "aria", Epoch: 7, CoreStreamLength: 315567, StreamTime: 1_700_000_000_000_000_000, Service: "tip", Writer: "v1.0.0"},
		Sections: []Section{
			PlainSection("state", []byte("the state of a service")),
			ZstdSection("ring", bytes.Repeat([]byte("tip ring "), 20)),
			{Name: "notes", Optional: true, Stored: []byte("from a later version"), Length: 20},
			PlainSection("empty", nil),
		},
	}
}

func wanted() Expect {
	return Expect{Stream: "aria", Service: "tip", Epoch: 7, Durable: 400000, Sections: []string{"state", "ring", "empty"}}
}

const sampleName = "00000000000000315567.snap"

func encoded(t *testing.T, s *Snapshot) []byte {
	t.Helper()
	b, err := Encode(s)
	require.NoError(t, err)
	return b
}

func TestTheGoldenFileOfVersion1Loads(t *testing.T) {
	golden := filepath.Join("testdata", sampleName)
	if *update {
		require.NoError(t, os.WriteFile(golden, encoded(t, sample()), 0o644))
	}
	s, err := Load(OS(), golden, wanted())
	require.NoError(t, err)
	require.Equal(t, sample().Meta, s.Meta)
	ring, found := s.Section("ring")
	require.True(t, found)
	require.True(t, ring.Zstd)
	contents, err := ring.Contents()
	require.NoError(t, err)
	require.Equal(t, bytes.Repeat([]byte("tip ring "), 20), contents)
	file, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, file, encoded(t, s), "what loads encodes to the same bytes")
}

// refused decodes a damaged file and returns its error.
func refused(t *testing.T, name string, b []byte, reason Reason) *Error {
	t.Helper()
	s, err := Decode(name, b, wanted())
	require.ErrorIs(t, err, reason)
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, name, e.File)
	_ = s
	return e
}

// patched changes a file and mends the checksums of header and table.
func patched(b []byte, change func([]byte)) []byte {
	b = bytes.Clone(b)
	change(b)
	count := int(binary.LittleEndian.Uint32(b[countAt:]))
	if end := headerSize + count*entrySize; count < 100 && end+footerSize <= len(b) {
		binary.LittleEndian.PutUint32(b[tableSumAt:], crc32.Checksum(b[headerSize:end], castagnoli))
	}
	binary.LittleEndian.PutUint32(b[headSumAt:], crc32.Checksum(b[:headSumAt], castagnoli))
	return b
}

func TestEachDamageHasItsOwnError(t *testing.T) {
	whole := encoded(t, sample())
	le := binary.LittleEndian
	for name, c := range map[string]struct {
		reason Reason
		file   []byte
	}{
		"empty":            {Empty, nil},
		"short":            {BadSize, whole[:len(whole)-1]},
		"very short":       {BadSize, whole[:100]},
		"trailing":         {BadSize, append(bytes.Clone(whole), 0)},
		"magic":            {BadMagic, patched(whole, func(b []byte) { b[0] = 'X' })},
		"header":           {BadHeader, func() []byte { b := bytes.Clone(whole); b[epochAt]++; return b }()},
		"table":            {BadTable, func() []byte { b := bytes.Clone(whole); b[headerSize]++; return b }()},
		"section":          {BadSection, func() []byte { b := bytes.Clone(whole); b[headerSize+4*entrySize]++; return b }()},
		"footer magic":     {BadFooter, func() []byte { b := bytes.Clone(whole); b[len(b)-footerSize]++; return b }()},
		"footer hash":      {BadFooter, func() []byte { b := bytes.Clone(whole); b[len(b)-1]++; return b }()},
		"features":         {BadFeature, patched(whole, func(b []byte) { b[featuresAt] = 1 })},
		"reserved":         {BadField, patched(whole, func(b []byte) { b[reservedAt] = 1 })},
		"padding":          {BadField, patched(whole, func(b []byte) { b[streamAt+textSize-1] = 1 })},
		"count":            {BadCount, patched(whole, func(b []byte) { le.PutUint32(b[countAt:], 1<<31) })},
		"section length":   {BadLength, patched(whole, func(b []byte) { le.PutUint64(b[headerSize+40:], 1<<62) })},
		"contents length":  {BadLength, patched(whole, func(b []byte) { le.PutUint64(b[headerSize+48:], 5) })},
		"a bomb":           {BadLength, patched(whole, func(b []byte) { le.PutUint64(b[headerSize+entrySize+48:], 1<<40) })},
		"unknown flag":     {BadField, patched(whole, func(b []byte) { b[headerSize+32] = 4 })},
		"the same section": {BadField, patched(whole, func(b []byte) { copy(b[headerSize+entrySize:][:nameSize], b[headerSize:]) })},
		"no section name":  {BadField, patched(whole, func(b []byte) { clear(b[headerSize:][:nameSize]) })},
	} {
		t.Run(name, func(t *testing.T) { refused(t, sampleName, c.file, c.reason) })
	}
}

func TestMajorVersion2IsRefusedByItsNumber(t *testing.T) {
	b := encoded(t, sample())
	b[majorAt] = 2 // and the checksum is another, as it may be in version 2
	e := refused(t, sampleName, b, BadVersion)
	require.EqualError(t, e, "snapshot "+sampleName+": unknown major version: at byte 8: got 2, want 1")
}

func TestALaterMinorVersionLoads(t *testing.T) {
	s := sample()
	s.Minor = 9
	got, err := Decode(sampleName, encoded(t, s), wanted())
	require.NoError(t, err)
	require.Equal(t, uint16(9), got.Minor)
}

func TestWhatIsExpectedIsCompared(t *testing.T) {
	whole := encoded(t, sample())
	for name, c := range map[string]struct {
		reason Reason
		change func(*Expect)
	}{
		"stream":   {WrongStream, func(w *Expect) { w.Stream = "" }},
		"service":  {WrongService, func(w *Expect) { w.Service = "replicator" }},
		"epoch":    {WrongEpoch, func(w *Expect) { w.Epoch = 0 }},
		"durable":  {NotDurable, func(w *Expect) { w.Durable = 315566 }},
		"section":  {UnknownSection, func(w *Expect) { w.Sections = []string{"state", "ring"} }},
		"nothing0": {UnknownSection, func(w *Expect) { w.Sections = nil }},
	} {
		want := wanted()
		c.change(&want)
		_, err := Decode(sampleName, whole, want)
		require.ErrorIs(t, err, c.reason, name)
	}
	_, err := Decode(Name(315568), whole, wanted())
	require.ErrorIs(t, err, WrongName)
	want := wanted()
	want.Durable = 315567
	_, err = Decode(sampleName, whole, want)
	require.NoError(t, err, "the durable stream may end where the snapshot is")
}

func TestWhatCannotBeWrittenIsRefused(t *testing.T) {
	for text, s := range map[string]*Snapshot{
		"stream":       {Meta: Meta{Stream: string(make([]byte, 65))}},
		"service":      {Meta: Meta{Service: "a\x00"}},
		"want a name":  {Sections: []Section{PlainSection("", nil)}},
		"there twice":  {Sections: []Section{PlainSection("a", nil), PlainSection("a", nil)}},
		"Length is 3":  {Sections: []Section{{Name: "a", Length: 3}}},
		"too much for": {Sections: []Section{{Name: "a", Length: 1000, Zstd: true, Stored: []byte{1}}}},
	} {
		_, err := Encode(s)
		require.ErrorContains(t, err, text)
	}
}

func TestLatestIsTheNewestValidOneInTime(t *testing.T) {
	dir := t.TempDir()
	save := func(offset uint64, at int64) string {
		s := sample()
		s.CoreStreamLength, s.StreamTime = offset, at
		path, err := Save(OS(), dir, s)
		require.NoError(t, err)
		return path
	}
	save(9, 10)
	save(100, 20)
	save(2000, 30)
	broken := save(30000, 25)
	require.NoError(t, os.Truncate(broken, 50))
	require.NoError(t, os.WriteFile(filepath.Join(dir, Name(400)+".tmp"), []byte("left over"), 0o644))

	s, skipped, err := Latest(OS(), dir, wanted(), 29)
	require.NoError(t, err)
	require.Equal(t, uint64(100), s.CoreStreamLength)
	require.Len(t, skipped, 1)
	require.ErrorIs(t, skipped[0], BadSize)

	_, skipped, err = Latest(OS(), dir, wanted(), 9)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.Len(t, skipped, 1)
	_, _, err = Latest(OS(), filepath.Join(dir, "none"), wanted(), 9)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestSaveLeavesNoTemporaryFile(t *testing.T) {
	dir := t.TempDir()
	_, err := Save(OS(), dir, sample())
	require.NoError(t, err)
	names, err := OS().List(dir)
	require.NoError(t, err)
	require.Equal(t, []string{sampleName}, names)
	_, err = Save(OS(), filepath.Join(dir, "none"), sample())
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestLoadIntoUsesTheBuffer(t *testing.T) {
	path, err := Save(OS(), t.TempDir(), sample())
	require.NoError(t, err)
	buf := make([]byte, 4096)
	s, err := LoadInto(OS(), path, wanted(), buf)
	require.NoError(t, err)
	require.Equal(t, s.Sections[0].Stored, buf[headerSize+4*entrySize:][:22])
}

func BenchmarkLoad64MiB(b *testing.B) {
	s := sample()
	s.Sections = []Section{PlainSection("state", bytes.Repeat([]byte("0123456789abcdef"), 4<<20))}
	path, err := Save(OS(), b.TempDir(), s)
	require.NoError(b, err)
	buf := make([]byte, 65<<20)
	b.Run("load", func(b *testing.B) {
		b.SetBytes(64 << 20)
		for b.Loop() {
			_, err := Load(OS(), path, wanted())
			require.NoError(b, err)
		}
	})
	b.Run("load-into", func(b *testing.B) {
		b.SetBytes(64 << 20)
		for b.Loop() {
			_, err := LoadInto(OS(), path, wanted(), buf)
			require.NoError(b, err)
		}
	})
	b.Run("readfile", func(b *testing.B) {
		b.SetBytes(64 << 20)
		for b.Loop() {
			_, err := os.ReadFile(path)
			require.NoError(b, err)
		}
	})
	b.Run("read-into", func(b *testing.B) {
		b.SetBytes(64 << 20)
		for b.Loop() {
			f, err := os.Open(path)
			require.NoError(b, err)
			_, err = f.Read(buf)
			require.NoError(b, err)
			f.Close()
		}
	})
}
