package snapshot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// patched changes a file and mends the checksums of header and table.
func patched(b []byte, change func([]byte)) []byte {
	b = bytes.Clone(b)
	change(b)
	le := binary.LittleEndian
	head, count := headerSize(le.Uint16(b[majorAt:])), int(le.Uint32(b[countAt:]))
	if end := head + count*entrySize; count < 100 && end+footerSize <= len(b) {
		le.PutUint32(b[head-8:], crc32.Checksum(b[head:end], castagnoli))
	}
	le.PutUint32(b[head-4:], crc32.Checksum(b[:head-4], castagnoli))
	return b
}

// damaged changes a file and mends nothing.
func damaged(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at]++
	return b
}

// The sample has 584 bytes: its table begins at 256, its sections at 480, its footer
// at 552.
func TestEachDamageIsNamedWithItsPlace(t *testing.T) {
	whole := encoded(t, sample())
	le := binary.LittleEndian
	for _, c := range []struct {
		reason Reason
		text   string
		file   []byte
	}{
		{Empty, "the file is empty: at byte 0: got 0 bytes, want a header", nil},
		{BadSize, "file size: at byte 0: got 100 bytes, want at least 288", whole[:100]},
		{BadSize, "file size: at byte 48: got 583 bytes, want 584", whole[:583]},
		{BadSize, "file size: at byte 48: got 585 bytes, want 584", append(bytes.Clone(whole), 0)},
		{BadMagic, `not a snapshot: at byte 0: got "XRIASNAP", want "ARIASNAP"`, patched(whole, func(b []byte) { b[0] = 'X' })},
		{BadVersion, "unknown version: at byte 8: got 3, want 1 to 2", patched(whole, func(b []byte) { b[majorAt] = 3 })},
		{BadVersion, "unknown version: at byte 8: got 0, want 1 to 2", patched(whole, func(b []byte) { b[majorAt] = 0 })},
		{BadHeader, "header checksum: at byte 260: got 0xaae7e5e3, want 0x00000065", damaged(whole, majorAt)},
		{BadHeader, "header checksum: at byte 252: got 0xdb64d399, want 0xe0aba49d", damaged(whole, epochAt)},
		{BadFeature, "unknown required feature: at byte 12: got 0x00000001, want none", patched(whole, func(b []byte) { b[featuresAt] = 1 })},
		{BadField, "a field has no canonical form: at byte 44: got 1, want 0", patched(whole, func(b []byte) { b[reservedAt] = 1 })},
		{BadField, "a field has no canonical form: at byte 119: got a byte after the end of the text, want padding of NUL", patched(whole, func(b []byte) { b[streamAt+textSize-1] = 1 })},
		{BadCount, "number of sections: at byte 40: got 2147483648, want at most 5 in 584 bytes", patched(whole, func(b []byte) { le.PutUint32(b[countAt:], 1<<31) })},
		{BadTable, "table checksum: at byte 256: got 0x7ee87d26, want 0x2e337f8f", damaged(whole, headerSize(Version1))},
		{BadLength, "length of a section: at byte 296: got 4611686018427387904, want at most 72, what the file has left", patched(whole, func(b []byte) { le.PutUint64(b[headerSize(Version1)+40:], 1<<62) })},
		{BadLength, "length of a section: at byte 304: got 5, want 22, as stored", patched(whole, func(b []byte) { le.PutUint64(b[headerSize(Version1)+48:], 5) })},
		{BadLength, "length of a section: at byte 360: got 1099511627776, want at most 7680 for 30 bytes stored", patched(whole, func(b []byte) { le.PutUint64(b[headerSize(Version1)+entrySize+48:], 1<<40) })},
		{BadField, "a field has no canonical form: at byte 288: got 0x00000004, want flags 1 and 2 only", patched(whole, func(b []byte) { b[headerSize(Version1)+32] = 4 })},
		{BadField, `a field has no canonical form: at byte 312: got section "state" twice, want each name once`, patched(whole, func(b []byte) { copy(b[headerSize(Version1)+entrySize:][:nameSize], b[headerSize(Version1):]) })},
		{BadField, "a field has no canonical form: at byte 256: got a section without a name, want a name", patched(whole, func(b []byte) { clear(b[headerSize(Version1):][:nameSize]) })},
		{BadSection, `section checksum: at byte 480: got 0x96872344 of section "state", want 0xca92cdf0`, damaged(whole, headerSize(Version1)+4*entrySize)},
		{BadSize, "file size: at byte 551: got 1 byte between the sections and the footer, want none", patched(whole, func(b []byte) { // the section notes ends a byte early
			notes := b[headerSize(Version1)+2*entrySize:]
			le.PutUint32(notes[36:], crc32.Checksum(b[532:551], castagnoli))
			le.PutUint64(notes[40:], 19)
			le.PutUint64(notes[48:], 19)
		})},
		{BadFooter, `footer: at byte 552: got "TNAPDONE", want "SNAPDONE"`, damaged(whole, 552)},
		{BadFooter, "footer: at byte 560: got 585, want 584", damaged(whole, 560)},
		{BadFooter, "footer: at byte 568: got 430958385b7c9f8b1eb46703b9a72448, want 430958385b7c9f8b1eb46703b9a72447", damaged(whole, 583)},
	} {
		s, err := Decode(sampleName, c.file, wanted())
		require.Nil(t, s, c.text)
		require.ErrorIs(t, err, c.reason)
		require.EqualError(t, err, "snapshot "+sampleName+": "+c.text)
	}
}

func TestEachDifferenceToWhatIsExpectedIsNamed(t *testing.T) {
	for _, c := range []struct {
		reason Reason
		text   string
		change func(*Expect)
	}{
		{WrongStream, `another stream: at byte 56: got "aria", want ""`, func(w *Expect) { w.Stream = "" }},
		{WrongService, `another service: at byte 120: got "tip", want "replicator"`, func(w *Expect) { w.Service = "replicator" }},
		{WrongEpoch, "another epoch: at byte 16: got 7, want 0", func(w *Expect) { w.Epoch = 0 }},
		{WrongEpoch, "another epoch: at byte 16: got 7, want 8", func(w *Expect) { w.Epoch = 8 }},
		{NotDurable, "past the durable stream: at byte 24: got 315567, want at most 315566, the length of the durable stream", func(w *Expect) { w.Durable = 315566 }},
		{NotDurable, "past the durable stream: at byte 24: got 315567, want at most 0, the length of the durable stream", func(w *Expect) { w.Durable = 0 }},
		{UnknownSection, `unknown required section: at byte 424: got "empty", want one of ["state" "ring"], or an optional section`, func(w *Expect) { w.Sections = []string{"state", "ring"} }},
		{UnknownSection, `unknown required section: at byte 256: got "state", want one of [], or an optional section`, func(w *Expect) { w.Sections = nil }},
	} {
		want := wanted()
		c.change(&want)
		s, err := Load(OS(), golden, want)
		require.Nil(t, s)
		require.ErrorIs(t, err, c.reason)
		require.EqualError(t, err, "snapshot "+sampleName+": "+c.text)
	}
	_, err := Decode(Name(315568), encoded(t, sample()), wanted())
	require.ErrorIs(t, err, WrongName)
	require.EqualError(t, err, "snapshot 00000000000000315568.snap: file name and header differ: at byte 24: got 00000000000000315568.snap, want 00000000000000315567.snap")
}

// oddFile is a file system with one file, whose size and bytes need not agree.
type oddFile struct {
	FS
	size   int64
	reader io.Reader
}

func (o oddFile) Open(string) (io.ReadCloser, int64, error) {
	return io.NopCloser(o.reader), o.size, nil
}

func TestAFileThatChangesUnderTheLoader(t *testing.T) {
	whole := encoded(t, sample())
	broken := errors.New("input/output error")
	for _, c := range []struct {
		reason error
		text   string
		file   oddFile
	}{
		{BadSize, "file size: at byte 0: got the end of the file, want 584 bytes, as many as when it was opened", oddFile{size: 584, reader: bytes.NewReader(nil)}},
		{BadSize, "file size: at byte 255: got the end of the file, want 584 bytes, as many as when it was opened", oddFile{size: 584, reader: bytes.NewReader(whole[:255])}},
		{BadSize, "file size: at byte 500: got the end of the file, want 584 bytes, as many as when it was opened", oddFile{size: 584, reader: bytes.NewReader(whole[:500])}},
		{BadSize, "file size: at byte 583: got the end of the file, want 584 bytes, as many as when it was opened", oddFile{size: 584, reader: bytes.NewReader(whole[:583])}},
		{broken, "reading failed: at byte 490: got input/output error, want 12 bytes more", oddFile{size: 584, reader: io.MultiReader(bytes.NewReader(whole[:490]), iotest.ErrReader(broken))}},
		{BadSize, "file size: at byte 0: got 1099511627777 bytes, want at most 1099511627776", oddFile{size: 1<<40 + 1, reader: bytes.NewReader(nil)}},
	} {
		s, err := Load(c.file, sampleName, wanted())
		require.Nil(t, s)
		require.ErrorIs(t, err, c.reason)
		require.EqualError(t, err, "snapshot "+sampleName+": "+c.text)
	}
	s, err := Load(oddFile{size: 584, reader: iotest.OneByteReader(bytes.NewReader(whole))}, sampleName, wanted())
	require.NoError(t, err, "a reader may hand out as little as it likes")
	require.Equal(t, whole, encoded(t, s))
}

func TestWhatIsNoFileIsRefusedByTheFileSystem(t *testing.T) {
	dir := t.TempDir()
	folder := path.Join(dir, sampleName)
	require.NoError(t, os.Mkdir(folder, 0o755))
	_, err := Load(OS(), folder, wanted())
	require.EqualError(t, err, "open "+folder+": not a regular file")
	_, err = Load(OS(), path.Join(dir, "none"), wanted())
	require.ErrorIs(t, err, fs.ErrNotExist)

	_, skipped, err := Latest(OS(), dir, wanted(), 0)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.Len(t, skipped, 1, "a folder with a snapshot's name is reported")
	require.EqualError(t, skipped[0], "open "+folder+": not a regular file")
}
