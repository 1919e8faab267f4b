package snapshot

import (
	"fmt"
	"math"

	"github.com/klauspost/compress/zstd"
)

// The versions of the format. All of them are written and read, in any minor version: a host that is to
// be understood by older ones writes theirs.
const (
	Version1      uint16 = 1
	Version2      uint16 = 2 // says where its epoch began
	LatestVersion        = Version2
)

// Meta tells what a snapshot is of.
type Meta struct {
	Stream           string // name, up to 64 bytes without NUL
	Epoch            uint64
	CoreStreamLength uint64 // the offset: the state is that after so many bytes
	StreamTime       int64  // ns
	Service          string // up to 64 bytes without NUL
	Writer           string // version of the program that wrote it, likewise
	Version          uint16 // of the format that it has, or is to have; 0 is LatestVersion
	Minor            uint16 // minor version, likewise
	Start            uint64 // offset where the epoch began, for who follows the stream; version 1 has no place for it
}

// A Section is a named part of the state.
type Section struct {
	Name     string // up to 32 bytes without NUL, and at least 1
	Optional bool   // a loader that does not know it may ignore it
	Stored   []byte // the contents, compressed or not
	Length   uint64 // of the contents
	Zstd     bool   // Stored is compressed
}

// A Snapshot is the state of a service at an offset of a stream.
type Snapshot struct {
	Meta
	Sections []Section
}

// PlainSection makes a section of contents as they are. It keeps data, not a copy.
func PlainSection(name string, data []byte) Section {
	return Section{Name: name, Stored: data, Length: uint64(len(data))}
}

// encoder is for all sections, one after the other: making one costs more than a small
// section does, and one takes a few MiB.
var encoder, encoderError = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))

// ZstdSection makes a section of compressed contents. Contents that don't shrink, or
// shrink more than a loader believes, are stored as they are.
func ZstdSection(name string, data []byte) Section {
	if encoderError != nil {
		panic(fmt.Sprintf("snapshot: zstd refuses its defaults: %v", encoderError))
	}
	packed := encoder.EncodeAll(data, nil)
	if len(packed) >= len(data) || uint64(len(data)) > lengthMax(uint64(len(packed))) {
		return PlainSection(name, data)
	}
	return Section{Name: name, Stored: packed, Length: uint64(len(data)), Zstd: true}
}

// lengthMax is how long contents may be that are stored in n bytes. It keeps a small
// file from asking for much memory.
func lengthMax(n uint64) uint64 {
	const ratio = 256
	if n > math.MaxUint64/ratio {
		return math.MaxUint64
	}
	return ratio * n
}

// Contents returns the section's contents. Those of a plain section are Stored itself;
// those of a compressed one are allocated: Length bytes, and up to about a MiB for the
// decoder. The error is BadContents, with the section's name; a loader has checked all
// checksums by then, so it means that the writer was wrong.
func (s Section) Contents() ([]byte, error) {
	if !s.Zstd {
		return s.Stored, nil
	}
	if limit := lengthMax(uint64(len(s.Stored))); s.Length > limit {
		return nil, fmt.Errorf("%w: %q: got a length of %d, want at most %d for %s stored", BadContents, s.Name, s.Length, limit, byteCount(len(s.Stored)))
	}
	const windowMax = 1 << 20 // a decoder's own memory, however short the contents
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(max(windowMax, s.Length)))
	if err != nil {
		return nil, err
	}
	defer decoder.Close()
	data, err := decoder.DecodeAll(s.Stored, make([]byte, 0, s.Length))
	if err != nil {
		return nil, fmt.Errorf("%w: %q: want %s: %w", BadContents, s.Name, byteCount(s.Length), err)
	}
	if uint64(len(data)) != s.Length {
		return nil, fmt.Errorf("%w: %q: got %s, want %d", BadContents, s.Name, byteCount(len(data)), s.Length)
	}
	return data, nil
}

// Section finds a section by its name.
func (s *Snapshot) Section(name string) (Section, bool) {
	for _, one := range s.Sections {
		if one.Name == name {
			return one, true
		}
	}
	return Section{}, false
}

// BelongsTo refuses the snapshot of another stream or service, and one of an epoch later than
// epochMax, the last that was granted: it is of a history that is not this one. Where it is not
// known which that was, epochMax is 0.
func (s *Snapshot) BelongsTo(stream, service string, epochMax uint64) error {
	switch {
	case s.Service != service:
		return fmt.Errorf("%s: got a snapshot of service %q, want %q", service, s.Service, service)
	case s.Stream != stream:
		return fmt.Errorf("%s: got a snapshot of stream %q, want %q", service, s.Stream, stream)
	case epochMax != 0 && s.Epoch > epochMax:
		return fmt.Errorf("%s: got a snapshot of epoch %d, want at most %d, the last that was granted", service, s.Epoch, epochMax)
	}
	return nil
}

// ReadableBy refuses a snapshot of a later version than a program of some version reads: machines
// look for themselves, as loaders do. The error is BadVersion.
func (s *Snapshot) ReadableBy(version uint8) error {
	if s.Version <= uint16(version) {
		return nil
	}
	return &Error{Reason: BadVersion, File: Name(s.CoreStreamLength), Offset: majorAt, Got: fmt.Sprint(s.Version), Want: versions(uint16(version))}
}

// Name is the file name of the snapshot at an offset.
func Name(coreStreamLength uint64) string { return fmt.Sprintf("%020d.snap", coreStreamLength) }

// Expect is what a loader knows of the snapshot it wants. All of it is compared; the
// zero value expects epoch 0 of a stream without a name, in any version that there is.
type Expect struct {
	Version  uint16 // the highest that the loader reads; 0 is LatestVersion
	Stream   string
	Service  string
	Epoch    uint64
	Durable  uint64   // length of the durable stream: a snapshot can't be past it
	Sections []string // the sections that the loader knows
}

// check compares a snapshot that is whole with what is expected.
func (want Expect) check(file string, s *Snapshot) error {
	refuse := func(reason Reason, offset int64, got, wanted any) error {
		return &Error{Reason: reason, File: file, Offset: offset, Got: fmt.Sprint(got), Want: fmt.Sprint(wanted)}
	}
	switch {
	case s.Stream != want.Stream:
		return refuse(WrongStream, streamAt, fmt.Sprintf("%q", s.Stream), fmt.Sprintf("%q", want.Stream))
	case s.Service != want.Service:
		return refuse(WrongService, serviceAt, fmt.Sprintf("%q", s.Service), fmt.Sprintf("%q", want.Service))
	case s.Epoch != want.Epoch:
		return refuse(WrongEpoch, epochAt, s.Epoch, want.Epoch)
	case s.CoreStreamLength > want.Durable:
		return refuse(NotDurable, lengthAt, s.CoreStreamLength, fmt.Sprintf("at most %d, the length of the durable stream", want.Durable))
	}
	for i, section := range s.Sections {
		known := section.Optional
		for _, name := range want.Sections {
			known = known || name == section.Name
		}
		if !known {
			return refuse(UnknownSection, int64(headerSize(s.Version)+i*entrySize), fmt.Sprintf("%q", section.Name), fmt.Sprintf("one of %q, or an optional section", want.Sections))
		}
	}
	return nil
}
