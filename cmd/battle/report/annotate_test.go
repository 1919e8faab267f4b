package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A workflow command is one line, whatever the finding says: a line of its own could be a
// command, too.
func TestWorkflowCommandsAreALineEach(t *testing.T) {
	r := some()
	r.Findings[3].Trace = append(r.Findings[3].Trace, "x\n::stop-commands::y\r::error::z")
	lines := strings.Split(strings.TrimSuffix(r.Annotations(true), "\n"), "\n")
	require.Len(t, lines, 6)
	require.Equal(t, "::error file=fuzz/a ring%2C1.go,line=12,title=ring%3A mismatch::"+
		"ring: mismatch in update 2 of 3 (read): data differs, 100%25 <of> it%0Aexpected: too old%0Aactual: 1 byte: 00 ⏎ and more%0A"+
		"It is in the corpus: ring/seeds/b.trace%0A%0A"+
		"Trace:%0Arestart base=1%0Aread offset=-1%0Ax ⏎ ::stop-commands::y%0D::error::z%0A%0A"+
		"To run it again:%0Ago run battle.test/cmd/battle replay 'restart base=1; read offset=-1'%0A", lines[0])
	require.True(t, strings.HasPrefix(lines[1], "::error title=ring%3A panic::ring: panic before"), lines[1])
	require.True(t, strings.HasPrefix(lines[2], "::warning file=fuzz/a ring%2C1.go,line=12,title=tip%3A mismatch (known)::"), lines[2])
	require.Equal(t, "::error title=the harness is at fault::native in ring: no compiler", lines[3])
	require.True(t, strings.HasPrefix(lines[4], "::error title=the harness is at fault::tip: harness in update 2"), lines[4])
	require.Equal(t, "::error title=a planted bug was not found::other-bug: no engine", lines[5])
}

func TestAnnotationsReadAsThoseOfCompilers(t *testing.T) {
	require.Equal(t, `fuzz/a ring,1.go:12: ring: mismatch in update 2 of 2 (read): data differs, 100% <of> it
example.test/fuzz.FuzzRing: ring: panic before the first update: data differs, 100% <of> it
fuzz/a ring,1.go:12: known: tip: mismatch in update 2 of 2 (read): data differs, 100% <of> it
battle: the harness is at fault: native in ring: no compiler
battle: the harness is at fault: tip: harness in update 2 of 2 (read): data differs, 100% <of> it
battle: a planted bug was not found: other-bug: no engine
`, some().Annotations(false))
}
