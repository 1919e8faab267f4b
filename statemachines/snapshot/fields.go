package snapshot

import (
	"encoding/binary"
	"fmt"
)

// A StateError says why a section is not what a service writes. Its checksum was right:
// another program wrote it, or another version.
type StateError struct {
	Service string
	Section string
	Offset  int // in the section
	Got     string
	Want    string
}

func (e *StateError) Error() string {
	return fmt.Sprintf("%s: section %q at byte %d: got %s, want %s", e.Service, e.Section, e.Offset, e.Got, e.Want)
}

// Words are numbers as sections have them: little-endian, 8 bytes each.
func Words(words ...uint64) []byte { return AppendWords(nil, words...) }

// AppendWords appends numbers to a section's bytes.
func AppendWords(b []byte, words ...uint64) []byte {
	for _, w := range words {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b
}

// Flag is a truth as a number.
func Flag(set bool) uint64 {
	if set {
		return 1
	}
	return 0
}

// Fields reads a section from its beginning. After a first error it reads zeros, so that
// whoever reads many fields looks at Err once, before anything that depends on them.
type Fields struct {
	service string
	section string
	b       []byte
	at      int
	err     error
}

// Fields begins to read a section.
func (s *Snapshot) Fields(section string) *Fields {
	f := &Fields{service: s.Service, section: section}
	one, there := s.Section(section)
	if !there {
		f.Refuse(0, "no such section", "one")
		return f
	}
	f.b, f.err = one.Contents()
	return f
}

// Word is the next number.
func (f *Fields) Word() uint64 {
	if b := f.Bytes(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// Flag is the next number as a truth, which is 0 or 1.
func (f *Fields) Flag() bool {
	w := f.Word()
	if w > 1 {
		f.Refuse(-8, w, "0 or 1")
	}
	return w == 1
}

// Bytes are the next n bytes, a part of the section, or nil if there are fewer.
func (f *Fields) Bytes(n int) []byte {
	if f.err != nil {
		return nil
	}
	if n > f.Len() {
		f.Refuse(0, fmt.Sprintf("%d bytes", f.Len()), fmt.Sprintf("at least %d", n))
		return nil
	}
	f.at += n
	return f.b[f.at-n : f.at : f.at]
}

// Len is how many bytes are left. After an error that is none.
func (f *Fields) Len() int {
	if f.err != nil {
		return 0
	}
	return len(f.b) - f.at
}

// Refuse notes an error at a distance from where the next field begins, such as -8 for
// the number that was just read. Only the first is kept.
func (f *Fields) Refuse(distance int, got, want any) {
	if f.err == nil {
		f.err = &StateError{f.service, f.section, f.at + distance, fmt.Sprint(got), fmt.Sprint(want)}
	}
}

// Err is the first error, if there was one.
func (f *Fields) Err() error { return f.err }

// End is Err for whoever has read the whole section: more of it is an error, too.
func (f *Fields) End() error {
	if n := f.Len(); n > 0 {
		f.Refuse(0, fmt.Sprintf("%d bytes more", n), "the end")
	}
	return f.err
}
