package snapshot

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
)

const (
	magic       = "ARIASNAP"
	footerMagic = "SNAPDONE"

	entrySize  = 56
	footerSize = 32
	textSize   = 64
	nameSize   = 32

	majorAt    = 8
	minorAt    = 10
	featuresAt = 12
	epochAt    = 16
	lengthAt   = 24
	timeAt     = 32
	countAt    = 40
	reservedAt = 44
	sizeAt     = 48
	streamAt   = 56
	serviceAt  = 120
	writerAt   = 184
	startAt    = 248 // from version 2 on

	flagOptional = 1
	flagZstd     = 2
)

// headerSize is how long the header of a version is. It ends in two checksums: that of the table, and
// its own up to there.
func headerSize(version uint16) int {
	const sums = 4 + 4
	if version < Version2 {
		return startAt + sums
	}
	return startAt + 8 + sums
}

// prefix is header and table of a snapshot: all but the sections and the footer.
func (s *Snapshot) prefix() ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	version := cmp.Or(s.Version, LatestVersion)
	head := headerSize(version)
	b := make([]byte, head+len(s.Sections)*entrySize)
	size := uint64(len(b) + footerSize)
	for i, section := range s.Sections {
		e := b[head+i*entrySize:]
		copy(e[:nameSize], section.Name)
		var flags uint32
		if section.Optional {
			flags |= flagOptional
		}
		if section.Zstd {
			flags |= flagZstd
		}
		le.PutUint32(e[32:], flags)
		le.PutUint32(e[36:], crc32.Checksum(section.Stored, castagnoli))
		le.PutUint64(e[40:], uint64(len(section.Stored)))
		le.PutUint64(e[48:], section.Length)
		size += uint64(len(section.Stored))
	}
	copy(b, magic)
	le.PutUint16(b[majorAt:], version)
	le.PutUint16(b[minorAt:], s.Minor)
	le.PutUint64(b[epochAt:], s.Epoch)
	le.PutUint64(b[lengthAt:], s.CoreStreamLength)
	le.PutUint64(b[timeAt:], uint64(s.StreamTime))
	le.PutUint32(b[countAt:], uint32(len(s.Sections)))
	le.PutUint64(b[sizeAt:], size)
	copy(b[streamAt:], s.Stream)
	copy(b[serviceAt:], s.Service)
	copy(b[writerAt:], s.Writer)
	if version >= Version2 {
		le.PutUint64(b[startAt:], s.Start)
	}
	le.PutUint32(b[head-8:], crc32.Checksum(b[head:], castagnoli))
	le.PutUint32(b[head-4:], crc32.Checksum(b[:head-4], castagnoli))
	return b, nil
}

// footer closes a file that begins with prefix.
func footer(prefix []byte) []byte {
	b := make([]byte, footerSize)
	copy(b, footerMagic)
	copy(b[8:], prefix[sizeAt:sizeAt+8])
	hash := sha256.Sum256(prefix)
	copy(b[16:], hash[:16])
	return b
}

// check refuses what the format can't hold.
func (s *Snapshot) check() error {
	if s.Version > LatestVersion {
		return fmt.Errorf("snapshot: version %d: want at most %d, or 0 for that", s.Version, LatestVersion)
	}
	for _, field := range []struct {
		name, text string
		size       int
	}{{"stream", s.Stream, textSize}, {"service", s.Service, textSize}, {"writer", s.Writer, textSize}} {
		if len(field.text) > field.size || strings.IndexByte(field.text, 0) >= 0 {
			return fmt.Errorf("snapshot: %s %q: want at most %d bytes without NUL", field.name, field.text, field.size)
		}
	}
	seen := make(map[string]bool)
	for _, section := range s.Sections {
		switch {
		case section.Name == "" || len(section.Name) > nameSize || strings.IndexByte(section.Name, 0) >= 0:
			return fmt.Errorf("snapshot: section %q: want a name of 1 to %d bytes without NUL", section.Name, nameSize)
		case seen[section.Name]:
			return fmt.Errorf("snapshot: section %q is there twice", section.Name)
		case !section.Zstd && section.Length != uint64(len(section.Stored)):
			return fmt.Errorf("snapshot: section %q: Length is %d for %s stored plain", section.Name, section.Length, byteCount(len(section.Stored)))
		case section.Zstd && section.Length > lengthMax(uint64(len(section.Stored))):
			return fmt.Errorf("snapshot: section %q: Length is %d, too much for %s stored", section.Name, section.Length, byteCount(len(section.Stored)))
		}
		seen[section.Name] = true
	}
	return nil
}

// Encode returns the file of a snapshot. It is the same for equal snapshots.
func Encode(s *Snapshot) ([]byte, error) {
	b, err := s.prefix()
	if err != nil {
		return nil, err
	}
	end := footer(b)
	for _, section := range s.Sections {
		b = append(b, section.Stored...)
	}
	return append(b, end...), nil
}
