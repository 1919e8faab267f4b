package snapshot

import (
	"bytes"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// sized is a snapshot with one section of that many bytes.
func sized(size int) *Snapshot {
	s := sample()
	s.Sections = []Section{PlainSection("state", bytes.Repeat([]byte("0123456789abcdef"), size/16))}
	return s
}

var sizes = []struct {
	name  string
	bytes int
}{{"4KiB", 4 << 10}, {"64MiB", 64 << 20}}

// BenchmarkLoad64MiB compares a load, all of it verified, with what it takes to read
// the same file from the page cache: into memory that is there already, and into memory
// that is allocated each time. Compare the rows of one buffer only:
//
//	go test -run '^$' -bench Load64MiB -count 6 ./statemachines/snapshot > load.txt
//	go tool -modfile=tools/go.mod benchstat -col /how load.txt
func BenchmarkLoad64MiB(b *testing.B) {
	const size = 64 << 20
	path, err := Save(OS(), b.TempDir(), sized(size))
	require.NoError(b, err)
	info, err := os.Stat(path)
	require.NoError(b, err)
	warm := make([]byte, info.Size())
	clear(warm)
	measure := func(name string, once func() error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				require.NoError(b, once())
			}
		})
	}
	measure("buffer=reused/how=read", func() error { return readInto(path, warm) })
	measure("buffer=reused/how=load", func() error { _, err := LoadInto(OS(), path, wanted(), warm); return err })
	measure("buffer=fresh/how=read", func() error { return readInto(path, make([]byte, info.Size())) })
	measure("buffer=fresh/how=load", func() error { _, err := Load(OS(), path, wanted()); return err })
}

// readInto reads a file as fast as it goes: in one call, into a buffer of its size.
func readInto(path string, buf []byte) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.ReadFull(file, buf)
	return err
}

func BenchmarkDecode(b *testing.B) {
	for _, size := range sizes {
		file := encoded(b, sized(size.bytes))
		b.Run("size="+size.name, func(b *testing.B) {
			b.SetBytes(int64(size.bytes))
			b.ReportAllocs()
			for b.Loop() {
				_, err := Decode(sampleName, file, wanted())
				require.NoError(b, err)
			}
		})
	}
}

// BenchmarkSave includes both syncs.
func BenchmarkSave(b *testing.B) {
	for _, size := range sizes {
		s, dir := sized(size.bytes), b.TempDir()
		b.Run("size="+size.name, func(b *testing.B) {
			b.SetBytes(int64(size.bytes))
			for b.Loop() {
				_, err := Save(OS(), dir, s)
				require.NoError(b, err)
			}
		})
	}
}
