package main

import (
	"bytes"
	"image/gif"
	"os"
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
