package store

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
)

// plainKey is what a key, or a part of a subject, may be as it is. A dot would be two parts.
var plainKey = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)

// Key makes a name fit for keys and subjects. Most are as they are.
func Key(name string) string {
	if plainKey.MatchString(name) {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return "=" + hex.EncodeToString(sum[:12])
}

// TraceHash is the name of a trace: that of its file where engines share runs, without
// ".trace".
func TraceHash(trace string) string {
	sum := sha256.Sum256([]byte(trace))
	return hex.EncodeToString(sum[:16])
}

// EntryKey is the key of a corpus entry. What says the same in the same target is there
// once.
func EntryKey(target, trace string) string { return Key(target) + "." + TraceHash(trace) }
