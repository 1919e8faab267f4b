package snapshot

import (
	"bytes"
	"hash/crc32"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// large is a section that is summed in parts, of bytes that differ from place to place.
func large() Section {
	data := make([]byte, 17<<20+5)
	for i := range data {
		data[i] = byte(uint32(i) * 2654435761 >> 13)
	}
	return PlainSection("state", data)
}

func TestChecksumsJoin(t *testing.T) {
	data := large().Stored
	for _, first := range []int{0, 1, 7, 100, 4096, 1 << 20} {
		for _, n := range []int{0, 1, 2, 255, 4095, 1 << 20, 3<<20 + 1} {
			a, b := data[:first], data[first:first+n]
			got := joined(crc32.Checksum(a, castagnoli), crc32.Checksum(b, castagnoli), n)
			require.Equal(t, crc32.Checksum(data[:first+n], castagnoli), got, "%d and %d bytes", first, n)
		}
	}
}

// cutFile is a file system with one file, shorter than it says, that can be read at any
// place.
type cutFile struct {
	FS
	size int64
	file []byte
}

type openFile struct{ *bytes.Reader }

func (openFile) Close() error { return nil }

func (c cutFile) Open(string) (io.ReadCloser, int64, error) {
	return openFile{bytes.NewReader(c.file)}, c.size, nil
}

func TestALargeSectionIsReadAndSummedAsASmallOne(t *testing.T) {
	s := sample()
	s.Sections = []Section{PlainSection("empty", []byte("x")), large()}
	path, err := Save(OS(), t.TempDir(), s)
	require.NoError(t, err)
	whole := encoded(t, s)
	loaded, err := Load(OS(), path, wanted())
	require.NoError(t, err)
	require.True(t, bytes.Equal(whole, encoded(t, loaded)))

	begin := headerSize(Version1) + 2*entrySize + 1
	for _, at := range []int{begin, begin + 4<<20, begin + 8<<20 + 2, begin + 17<<20 + 4} {
		require.NoError(t, os.WriteFile(path, damaged(whole, at), 0o644))
		_, err := Load(OS(), path, wanted())
		require.ErrorIs(t, err, BadSection, at)
		_, err = Inspect(sampleName, damaged(whole, at))
		require.ErrorIs(t, err, BadSection, at)
	}
	// The file ends early, for all of the parts that lie behind.
	for _, size := range []int{begin, begin + 1, begin + 4<<20, begin + 17<<20 + 4} {
		_, err := Load(cutFile{size: int64(len(whole)), file: whole[:size]}, sampleName, wanted())
		var refusal *Error
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, BadSize, refusal.Reason)
		require.Equal(t, int64(size), refusal.Offset)
	}
}
