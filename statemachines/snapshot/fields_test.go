package snapshot

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFieldsAreReadAsTheyWereWritten(t *testing.T) {
	s := &Snapshot{Meta: Meta{Service: "clock"}, Sections: []Section{PlainSection("state", append(Words(7, Flag(true), Flag(false)), "abc"...))}}
	f := s.Fields("state")
	require.Equal(t, uint64(7), f.Word())
	require.True(t, f.Flag())
	require.False(t, f.Flag())
	require.Equal(t, 3, f.Len())
	require.Equal(t, "abc", string(f.Bytes(3)))
	require.NoError(t, f.End())
}

func TestFieldsThatAreNotThereAreRefused(t *testing.T) {
	s := &Snapshot{Meta: Meta{Service: "clock"}, Sections: []Section{PlainSection("state", Words(7, 2, 9))}}
	for _, c := range []struct {
		section string
		read    func(f *Fields)
		want    string
	}{
		{"other", func(f *Fields) { f.Word() }, `clock: section "other" at byte 0: got no such section, want one`},
		{"state", func(f *Fields) { f.Bytes(20); f.Word() }, `clock: section "state" at byte 20: got 4 bytes, want at least 8`},
		{"state", func(f *Fields) { f.Word(); f.Flag() }, `clock: section "state" at byte 8: got 2, want 0 or 1`},
		{"state", func(f *Fields) { f.Word() }, `clock: section "state" at byte 8: got 16 bytes more, want the end`},
		{"state", func(f *Fields) { f.Word(); f.Refuse(-8, 7, "a time"); f.Bytes(99) }, `clock: section "state" at byte 0: got 7, want a time`},
	} {
		f := s.Fields(c.section)
		c.read(f)
		require.EqualError(t, f.End(), c.want)
		require.Zero(t, f.Word(), "after an error there are only zeros")
		require.Zero(t, f.Len())
	}
}
