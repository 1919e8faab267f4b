package battle

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type told struct{ asked int }

// Tell fails if it is told to, and has a story either way.
type Tell struct {
	Fails bool
	Much  uint8
}

func (u *Tell) Apply(t *T, s *told) {
	t.Story(func() string { t.Fault("nobody reads the story of a run that has not failed"); return "" })
	if u.Fails {
		t.Errorf("it failed")
	}
	t.Story(func() string { s.asked++; return "-- once --\nand again\n" })
}

var storied = Target[*told]{Name: "told", New: func() *told { return new(told) }, Ops: Ops(Op[*Tell](1))}

func TestAFailedRunTellsItsStory(t *testing.T) {
	p := compile(storied)
	prog, err := p.parse("trace", []byte("tell fails=false much=3; tell fails=true much=0"))
	require.NoError(t, err)
	tape, err := p.encode(prog)
	require.NoError(t, err)
	r := newRunner(p)
	f := r.tape(tape)
	require.Equal(t, "-- once --\nand again\n", f.Story)
	text := string(newFinding(p, source{}, prog, f).Text())
	require.Contains(t, text, "-- story --\n -- once --\nand again\n-- ", "a line that looks like a file's head is indented")
	require.Equal(t, 1, strings.Count(text, "-- story --"))
}

// The minimiser runs thousands of failures whose story nobody reads.
func TestAQuietRunTellsNoStory(t *testing.T) {
	p := compile(storied)
	prog, err := p.parse("trace", []byte("tell fails=true much=0"))
	require.NoError(t, err)
	tape, err := p.encode(prog)
	require.NoError(t, err)
	r := newRunner(p)
	r.t.quiet = true
	require.Empty(t, r.tape(tape).Story)
}
