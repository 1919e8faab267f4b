package main

import (
	"bytes"
	"image/gif"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"battle.test/examples/puzzles/platform"
)

func TestASolutionIsFilmedToItsEnd(t *testing.T) {
	const file = "../testdata/solutions/platform-1.trace"
	trace, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := filmOf(platform.First, file, trace)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.write(&out); err != nil {
		t.Fatal(err)
	}
	read, err := gif.DecodeAll(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(read.Image); n < 500 || read.Delay[n-1] != filmEnd {
		t.Errorf("%d pictures, the last shown for %d: want hundreds, and to see the end", n, read.Delay[n-1])
	}
	if out.Len() > 1<<20 {
		t.Errorf("%d bytes: want less than 1 MiB", out.Len())
	}
}

func TestATraceThatIsNoneIsNotFilmed(t *testing.T) {
	if _, err := filmOf(platform.First, "some.trace", []byte("hold pad=nothing frames=1\nfly")); err == nil {
		t.Error("want an error that names some.trace:2")
	}
}

func TestAFindingIsPlayedByItsTrace(t *testing.T) {
	write := func(name, content string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	got, err := readTrace(write("f.txtar", "platform-1: what failed\n-- trace --\nhold pad=right frames=1\n-- replay --\nbattle\n"))
	if want := "hold pad=right frames=1\n"; err != nil || string(got) != want {
		t.Errorf("got %q and the error %v, want %q", got, err, want)
	}
	if _, err := readTrace(write("none.txtar", "hold pad=right frames=1\n")); err == nil {
		t.Error("no section trace: want an error")
	}
	empty := write("empty.trace", "# nothing\n")
	if err := run([]string{"-gif", filepath.Join(t.TempDir(), "a.gif"), empty}); err == nil || !strings.Contains(err.Error(), "empty.trace: no updates") {
		t.Errorf("no updates: got the error %v", err)
	}
}
