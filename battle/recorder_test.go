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
	r.put(make([]byte, recorderSize+1))
	if got, err := ReadRecorder(file); err != nil || len(got) != recorderSize-4 {
		t.Errorf("a tape that does not fit: got %d bytes and %v, want %d", len(got), err, recorderSize-4)
	}
	(*recorder)(nil).put([]byte("nothing"))
}

func TestDamagedRecordingsAreErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "7")
	for _, c := range []struct{ content, want string }{
		{"\x01\x00", file + ": 2 bytes, want a length of 4 bytes and a tape"},
		{"\x05\x00\x00\x00abcd", file + ": a tape of 5 bytes in a file of 8"},
		{"\xff\xff\xff\xffabcd", file + ": a tape of 4294967295 bytes in a file of 8"},
	} {
		if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadRecorder(file); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}
