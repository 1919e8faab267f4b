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
	SnapshotEntrySize  = 56
	SnapshotStoredAt   = 40 // in an entry
	SnapshotContentsAt = 48 // in an entry
	SnapshotFooterSize = 32
)

// SnapshotHeaderSize is how long a file's header is, by the version that it says.
func SnapshotHeaderSize(b []byte) int {
	if len(b) >= 10 && binary.LittleEndian.Uint16(b[8:]) >= 2 {
		return 264
	}
	return 256
}

// MendSnapshot makes the checksums of a file right, as far as it is long enough, and
// the footer at its end too if that is wanted.
func MendSnapshot(b []byte, footer bool) {
	le := binary.LittleEndian
	head := uint64(SnapshotHeaderSize(b))
	if uint64(len(b)) < head+SnapshotFooterSize {
		return
	}
	begin := head + SnapshotEntrySize*uint64(le.Uint32(b[SnapshotCountAt:]))
	if begin > uint64(len(b)) {
		begin = head
	}
	at := begin
	for e := b[head:begin]; len(e) > 0; e = e[SnapshotEntrySize:] {
		if n := le.Uint64(e[SnapshotStoredAt:]); n <= uint64(len(b))-at {
			le.PutUint32(e[36:], sum(b[at:at+n]))
			at += n
		}
	}
	le.PutUint32(b[head-8:], sum(b[head:begin]))
	le.PutUint32(b[head-4:], sum(b[:head-4]))
	if end := b[len(b)-SnapshotFooterSize:]; footer {
		hash := sha256.Sum256(b[:begin])
		copy(end, "SNAPDONE")
		le.PutUint64(end[8:], uint64(len(b)))
		copy(end[16:], hash[:16])
	}
}

func sum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }
