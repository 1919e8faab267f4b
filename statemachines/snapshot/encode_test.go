package snapshot

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatCannotBeWrittenIsRefused(t *testing.T) {
	long := string(bytes.Repeat([]byte("x"), 65))
	for text, s := range map[string]*Snapshot{
		`snapshot: stream "` + long + `": want at most 64 bytes without NUL`: {Meta: Meta{Stream: long}},
		`snapshot: service "a\x00": want at most 64 bytes without NUL`:       {Meta: Meta{Service: "a\x00"}},
		`snapshot: writer "\x00": want at most 64 bytes without NUL`:         {Meta: Meta{Writer: "\x00"}},
		`snapshot: section "": want a name of 1 to 32 bytes without NUL`:     {Sections: []Section{PlainSection("", nil)}},
		`snapshot: section "a" is there twice`:                               {Sections: []Section{PlainSection("a", nil), PlainSection("a", nil)}},
		`snapshot: section "a": Length is 3 for 0 bytes stored plain`:        {Sections: []Section{{Name: "a", Length: 3}}},
		`snapshot: section "a": Length is 1000, too much for 1 byte stored`:  {Sections: []Section{{Name: "a", Length: 1000, Zstd: true, Stored: []byte{1}}}},
	} {
		_, err := Encode(s)
		require.EqualError(t, err, text)
	}
}
