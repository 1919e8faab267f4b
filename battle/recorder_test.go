package battle

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestTheRecorderKeepsTheLastTape(t *testing.T) {
	dir := t.TempDir()
	r, err := newRecorder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if r.memory == nil {
		return // this system can't map files: nothing is recorded, and nothing fails
	}
	file := filepath.Join(dir, "recorder", fmt.Sprint(os.Getpid()))
	for _, tape := range [][]byte{[]byte("a long tape"), []byte("short"), {}} {
		r.put(tape)
		if got, err := ReadRecorder(file); err != nil || !bytes.Equal(got, tape) {
			t.Errorf("got %q and %v, want %q", got, err, tape)
		}
	}
	r.put(make([]byte, bookAt+1))
	if got, err := ReadRecorder(file); err != nil || len(got) != bookAt-recorderHead {
		t.Errorf("a tape that does not fit: got %d bytes and %v, want %d", len(got), err, bookAt-recorderHead)
	}
	(*recorder)(nil).put([]byte("nothing"))
}

func TestTheRecorderKeepsThePastOfAResumedRun(t *testing.T) {
	dir := t.TempDir()
	r, err := newRecorder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if r.memory == nil {
		return
	}
	file := filepath.Join(dir, "recorder", fmt.Sprint(os.Getpid()))
	one := &past{updates: []byte("one ")}
	one.place = r.keep(one)
	two, other := &past{before: one, updates: []byte("two ")}, &past{before: one, updates: []byte("other ")}
	two.place, other.place = r.keep(two), r.keep(other)
	large := &past{before: two, updates: make([]byte, recorderSize-bookAt)}
	if large.place = r.keep(large); large.place != 0 {
		t.Errorf("a past of %d bytes has the place %d, want 0", len(large.updates), large.place)
	}
	after := &past{before: &past{before: two, updates: []byte("unplaced ")}, updates: []byte("after ")}
	if after.place = r.keep(after); after.place != 0 {
		t.Errorf("the place of a past after one that has none is %d, want 0", after.place)
	}
	for _, c := range []struct {
		past *past
		want string
	}{
		{two, "\x00\x00one two now, and more"}, {other, "\x00\x00one other now, and more"},
		{nil, "\x00\x00now, and more"}, {after, "\x00\x00one two unplaced after now, and more"},
	} {
		tape := []byte("\x00\x00")
		r.resume(c.past, tape)
		tape = append(tape, "now, "...)
		r.extend(tape, 2)
		tape = append(tape, "and more"...)
		r.extend(tape, 7)
		if got, err := ReadRecorder(file); err != nil || string(got) != c.want {
			t.Errorf("got  %q and %v\nwant %q", got, err, c.want)
		}
		if whole := c.past.tape(tape); string(whole) != c.want {
			t.Errorf("got  %q\nwant %q", whole, c.want)
		}
	}
	r.put([]byte("\x00\x00new"))
	if got, err := ReadRecorder(file); err != nil || string(got) != "\x00\x00new" {
		t.Errorf("got %q and %v, want a run that was not resumed", got, err)
	}
}

func TestDamagedRecordingsAreErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "7")
	for _, c := range []struct{ content, want string }{
		{"\x01\x00\x00\x00", file + ": 4 bytes, want two numbers of 4 bytes and a tape"},
		{"\x05\x00\x00\x00\x00\x00\x00\x00abcd", file + ": a tape of 5 bytes in a file of 12"},
		{"\xff\xff\xff\xff\x00\x00\x00\x00abcd", file + ": a tape of 4294967295 bytes in a file of 12"},
		{"\x02\x00\x00\x00\x06\x00\x00\x00abcd", file + ": a past at offset 6 that does not end by 12"},
		{"\x02\x00\x00\x00\x0a\x00\x00\x00ab\x0a\x00\x00\x00\x00\x00\x00\x00", file + ": a past at offset 10 that does not end by 10"},
		{"\x01\x00\x00\x00\x0a\x00\x00\x00ab\x00\x00\x00\x00\x00\x00\x00\x00", file + ": a tape of 1 bytes that has a past, want its header of 2 at least"},
	} {
		if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadRecorder(file); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}
