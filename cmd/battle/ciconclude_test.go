package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/cmd/battle/report"
)

// On GitHub a finding is its annotation alone. Elsewhere the first are shown in full, and
// where the others are, as seen from where the user is.
func TestTheFirstFindingsOfAChangeAreShown(t *testing.T) {
	here := realPath(t.TempDir())
	t.Chdir(here)
	run := &ciRun{hunt: &hunt{dir: filepath.Join(here, "findings")}}
	r := &report.Report{}
	for i := range shownMost + 2 {
		f := &battle.Finding{Target: "ring", ID: fmt.Sprint("ring-", i), Trace: []string{"reset"}}
		f.Kind, f.Message = battle.Mismatch, "it differs"
		r.Findings = append(r.Findings, report.Finding{Finding: f, State: report.New})
	}
	text := run.text(r, false)
	require.Equal(t, shownMost, strings.Count(text, "-- trace --"))
	require.Contains(t, text, "\n… and 2 more in findings\n\n")
	require.Equal(t, shownMost+shownMost+2, strings.Count(text, "ring: mismatch"), "the first in full, and a line each of all")
	require.True(t, strings.HasSuffix(text, "\n5 new\n"), text)

	text = run.text(r, true)
	require.NotContains(t, text, "-- trace --")
	require.Equal(t, shownMost+2, strings.Count(text, "::error "))
}
