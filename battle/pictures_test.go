package battle

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A sketch is a state with pictures, which go wrong as the test wants.
type sketch struct {
	record func()
	draw   func(io.Writer) error
	told   string
	closed bool
}

func (s *sketch) Record() { s.record() }

func (s *sketch) Update(n int, text string) { s.told += fmt.Sprintln(n, text) }

func (s *sketch) Pictures(failure *Failure) []Picture {
	switch {
	case s.closed:
		s.told += "closed\n"
	case failure != nil:
		s.told += string(failure.Kind) + ": " + failure.Message + "\n"
	}
	write := func(w io.Writer) error { _, err := io.WriteString(w, s.told); return err }
	return []Picture{{Timeline, write}, {SVG, s.draw}}
}

type Scribble struct{ How uint8 }

func (u *Scribble) Apply(*T, *sketch) {
	switch u.How {
	case 1:
		_ = bytes.Repeat(nil, -1)
	case 2:
		for u.How == 2 { // it hangs
			time.Sleep(time.Millisecond)
		}
	}
}

func sketches(record func(), draw func(io.Writer) error) Target[*sketch] {
	return Target[*sketch]{
		Name: "sketch", New: func() *sketch { return &sketch{record: record, draw: draw} },
		Ops: Ops(Op[*Scribble](1)), Close: func(s *sketch) { s.closed = true }, HangAfter: 50 * time.Millisecond,
	}
}

func TestPicturesShowTheRunAsItsLastUpdateLeftIt(t *testing.T) {
	records := 0
	target := sketches(func() { records++ }, nil)
	var out bytes.Buffer
	require.NoError(t, WritePicture(&out, target, Timeline, "scribble how=0; scribble how=9"))
	require.Equal(t, "1 scribble how=0\n2 scribble how=9\n", out.String())
	require.Equal(t, 1, records)
	out.Reset()
	require.NoError(t, WritePicture(&out, target, Timeline, "scribble how=0; scribble how=1; scribble how=0"))
	require.Equal(t, "1 scribble how=0\n2 scribble how=1\nharness: bytes: negative Repeat count\n", out.String())
}

func TestPicturesThatCanNotBeHadAreNamed(t *testing.T) {
	quiet := func() {}
	broken := errors.New("no ink")
	cases := []struct{ name, trace, kind, want string }{
		{"a trace that is none", "scrible how=0", SVG, `trace:1:1: unknown update "scrible" in target sketch, want scribble`},
		{"a kind that there is not", "scribble how=0", Pcap, `battle: target "sketch" has no picture of kind pcap: it has timeline, svg`},
		{"one that fails", "scribble how=0", SVG, `battle: target "sketch": its pictures: svg: no ink`},
		{"a run that hangs", "scribble how=2", SVG, `battle: target "sketch": no picture of a run that hangs: the update did not end within 50ms`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			target := sketches(quiet, func(io.Writer) error { return broken })
			require.EqualError(t, WritePicture(io.Discard, target, c.kind, c.trace), c.want)
		})
	}
	panics := sketches(quiet, func(io.Writer) error { panic("the pen broke") })
	require.EqualError(t, WritePicture(io.Discard, panics, SVG, "scribble how=0"), `battle: target "sketch": its pictures: panic: the pen broke`)
	require.EqualError(t, WritePicture(io.Discard, storied, SVG, "tell fails=true much=0"), `battle: target "told" has no picture of kind svg: it has none`)
}

func TestARequestHasPicturesWrittenIntoFiles(t *testing.T) {
	dir := t.TempDir()
	drawing := func(w io.Writer) error { _, err := io.WriteString(w, "<svg/>"); return err }
	s := newSession(compile(sketches(func() {}, drawing)), orders{}, source{})
	svg := filepath.Join(dir, "run.svg")
	ask := func(trace, path string) (Answer, error) {
		return s.answer(Request{Do: "run", Trace: trace, Pictures: map[string]string{SVG: path, Pcap: filepath.Join(dir, "run.pcap")}})
	}
	a, err := ask("scribble how=1", svg)
	require.NoError(t, err)
	require.Equal(t, Harness, a.Finding.Kind, "of this package, a panic is the harness's")
	require.Equal(t, []string{Timeline, SVG}, a.Pictures)
	content, err := os.ReadFile(svg)
	require.NoError(t, err)
	require.Equal(t, "<svg/>", string(content))
	require.NoFileExists(t, filepath.Join(dir, "run.pcap"), "the target has none")

	_, err = ask("scribble how=0", filepath.Join(dir, "nowhere", "run.svg"))
	require.ErrorContains(t, err, "the pictures of target sketch: svg: open "+dir)

	a, err = ask("scribble how=2", svg)
	require.NoError(t, err)
	require.Equal(t, Hang, a.Finding.Kind)
	require.Empty(t, a.Pictures)

	s.plan = compile(sketches(func() { panic("no paper") }, nil))
	a, err = ask("scribble how=0", svg)
	require.NoError(t, err)
	require.Equal(t, Harness, a.Finding.Kind, "Record is part of the harness")
}
