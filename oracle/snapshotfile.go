package oracle

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// A SnapshotFile is what a snapshot's file says, field by field.
type SnapshotFile struct {
	Version, Minor          uint16
	Epoch, Length           uint64 // Length is the offset in the stream
	Time                    int64
	Stream, Service, Writer string
	Start                   uint64 // from version 2 on
	Sections                []SnapshotSection
}

// A SnapshotSection is a section with its entry in the table.
type SnapshotSection struct {
	Name     string
	Flags    uint32 // 1 optional, 2 compressed
	Stored   []byte
	Contents uint64 // length
}

// Bytes lays the file out.
func (f SnapshotFile) Bytes() []byte {
	le := binary.LittleEndian
	b := []byte("ARIASNAP")
	b = le.AppendUint16(b, f.Version)
	b = le.AppendUint16(b, f.Minor)
	b = le.AppendUint32(b, 0)
	b = le.AppendUint64(b, f.Epoch)
	b = le.AppendUint64(b, f.Length)
	b = le.AppendUint64(b, uint64(f.Time))
	b = le.AppendUint32(b, uint32(len(f.Sections)))
	b = le.AppendUint32(b, 0)
	b = le.AppendUint64(b, 0) // the size: see MendSnapshot
	b = append(b, padded(f.Stream, 64)+padded(f.Service, 64)+padded(f.Writer, 64)...)
	if f.Version >= 2 {
		b = le.AppendUint64(b, f.Start)
	}
	b = le.AppendUint64(b, 0) // two checksums
	for _, s := range f.Sections {
		b = append(b, padded(s.Name, 32)...)
		b = le.AppendUint32(b, s.Flags)
		b = le.AppendUint32(b, 0)
		b = le.AppendUint64(b, uint64(len(s.Stored)))
		b = le.AppendUint64(b, s.Contents)
	}
	for _, s := range f.Sections {
		b = append(b, s.Stored...)
	}
	b = append(b, make([]byte, SnapshotFooterSize)...)
	le.PutUint64(b[SnapshotSizeAt:], uint64(len(b)))
	MendSnapshot(b, true)
	return b
}

func padded(text string, size int) string {
	return (text + strings.Repeat("\x00", size))[:size]
}

// ReadSnapshot takes a file apart. It checks nothing but that there are enough bytes;
// if not, it returns what it has read so far.
func ReadSnapshot(b []byte) (f SnapshotFile, ok bool) {
	le := binary.LittleEndian
	head := SnapshotHeaderSize(b)
	if len(b) < head+SnapshotFooterSize {
		return f, false
	}
	text := func(b []byte) string { return strings.TrimRight(string(b), "\x00") }
	f = SnapshotFile{
		Version: le.Uint16(b[8:]), Minor: le.Uint16(b[10:]), Epoch: le.Uint64(b[16:]), Length: le.Uint64(b[24:]), Time: int64(le.Uint64(b[32:])),
		Stream: text(b[56:120]), Service: text(b[120:184]), Writer: text(b[184:248]),
	}
	if f.Version >= 2 {
		f.Start = le.Uint64(b[248:])
	}
	count := uint64(le.Uint32(b[SnapshotCountAt:]))
	if count > uint64(len(b)-head)/SnapshotEntrySize {
		return f, false
	}
	table := b[head:]
	stored := table[count*SnapshotEntrySize:]
	for i := range count {
		e := table[i*SnapshotEntrySize:]
		n := le.Uint64(e[SnapshotStoredAt:])
		if n > uint64(len(stored)) {
			return f, false
		}
		f.Sections = append(f.Sections, SnapshotSection{text(e[:32]), le.Uint32(e[32:]), stored[:n], le.Uint64(e[SnapshotContentsAt:])})
		stored = stored[n:]
	}
	return f, true
}

// ReadSnapshotHeader takes the header of a file apart, and says whether it is whole,
// whatever follows it: what it says is allowed, and laid out again it is the same.
func ReadSnapshotHeader(name string, b []byte) (f SnapshotFile, ok bool) {
	le := binary.LittleEndian
	size := SnapshotHeaderSize(b)
	if len(b) < size+SnapshotFooterSize {
		return f, false
	}
	f, _ = ReadSnapshot(b)
	f.Sections = nil
	head, count := f.Bytes()[:size], le.Uint32(b[SnapshotCountAt:])
	le.PutUint32(head[SnapshotCountAt:], count)
	le.PutUint64(head[SnapshotSizeAt:], uint64(len(b)))
	copy(head[size-8:], b[size-8:size-4]) // the checksum of the table
	le.PutUint32(head[size-4:], sum(head[:size-4]))
	room := len(b) - size - SnapshotFooterSize
	return f, f.known() && bytes.Equal(head, b[:size]) && name == f.Name() &&
		uint64(count)*SnapshotEntrySize <= uint64(room) && !strings.Contains(strings.Join(f.texts(), ""), "\x00")
}

// Fits says whether the format can hold it.
func (f SnapshotFile) Fits() bool {
	back, ok := ReadSnapshot(f.Bytes())
	return ok && slices.Equal(back.texts(), f.texts()) && WholeSnapshot(f.Name(), f.Bytes())
}

func (f SnapshotFile) texts() []string {
	all := []string{f.Stream, f.Service, f.Writer}
	for _, s := range f.Sections {
		all = append(all, s.Name)
	}
	return all
}

// known tells whether there is such a version.
func (f SnapshotFile) known() bool { return f.Version == 1 || f.Version == 2 }

// Name is the name that the file must have.
func (f SnapshotFile) Name() string { return fmt.Sprintf("%020d.snap", f.Length) }

// WholeSnapshot says whether a file of that name must load: what it says is allowed,
// and laid out again it is the same file.
func WholeSnapshot(name string, b []byte) bool {
	f, ok := ReadSnapshot(b)
	if !ok || !f.known() || name != f.Name() || !bytes.Equal(f.Bytes(), b) ||
		strings.Contains(strings.Join(f.texts(), ""), "\x00") {
		return false
	}
	seen := make(map[string]bool)
	for _, s := range f.Sections {
		n := uint64(len(s.Stored))
		plain := s.Flags&2 == 0
		if s.Name == "" || seen[s.Name] || s.Flags > 3 || plain && s.Contents != n || s.Contents > 256*n {
			return false
		}
		seen[s.Name] = true
	}
	return true
}
