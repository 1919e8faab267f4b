package oracle

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
)

// Where the numbers are in a file, and the sizes of its parts.
const (
	SnapshotCountAt    = 40
	SnapshotSizeAt     = 48
	SnapshotHeaderSize = 256
	SnapshotEntrySize  = 56
	SnapshotStoredAt   = 40 // in an entry
	SnapshotContentsAt = 48 // in an entry
	SnapshotFooterSize = 32
)

// MendSnapshot makes the checksums of a file right, as far as it is long enough, and
// the footer at its end too if that is wanted.
func MendSnapshot(b []byte, footer bool) {
	le := binary.LittleEndian
	if len(b) < SnapshotHeaderSize+SnapshotFooterSize {
		return
	}
	begin := uint64(SnapshotHeaderSize) + SnapshotEntrySize*uint64(le.Uint32(b[SnapshotCountAt:]))
	if begin > uint64(len(b)) {
		begin = SnapshotHeaderSize
	}
	at := begin
	for e := b[SnapshotHeaderSize:begin]; len(e) > 0; e = e[SnapshotEntrySize:] {
		if n := le.Uint64(e[SnapshotStoredAt:]); n <= uint64(len(b))-at {
			le.PutUint32(e[36:], sum(b[at:at+n]))
			at += n
		}
	}
	le.PutUint32(b[248:], sum(b[SnapshotHeaderSize:begin]))
	le.PutUint32(b[252:], sum(b[:252]))
	if end := b[len(b)-SnapshotFooterSize:]; footer {
		hash := sha256.Sum256(b[:begin])
		copy(end, "SNAPDONE")
		le.PutUint64(end[8:], uint64(len(b)))
		copy(end[16:], hash[:16])
	}
}

func sum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }
