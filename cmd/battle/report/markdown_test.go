package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMarkdownReadsAsBefore(t *testing.T) { golden(t, "some.md", some().Markdown()) }

// What a subject says must not become a heading, a link, a row or a picture of the report.
func TestMarkdownIsNotWhatTheFindingSays(t *testing.T) {
	f := found("ring-1", "ring")
	f.State = New
	f.Message = "![x](http://example.test) | <img src=x> `a` @everybody\x1b[1m"
	f.Trace = []string{"```", "````", "# a heading"}
	r := &Report{Title: "# a | b", Findings: []Finding{f}}
	text := string(r.Markdown())
	table, rest, _ := strings.Cut(text, "## How to see them again")
	require.Contains(t, table, `\!`[1:]+`\[x\](http://example.test) \| \<img src=x\> \`+"`a\\` @\u200beverybody?\\[1m")
	require.NotContains(t, table, "| <img")
	require.Contains(t, rest, "<summary>ring: mismatch in update 2 of 3 (read): ![x](http://example.test) | &lt;img src=x&gt;")
	require.Contains(t, rest, "`````text\n")
	require.Equal(t, 2, strings.Count(rest, "`````"))
}

func TestManyFindingsAreCounted(t *testing.T) {
	r := &Report{}
	for range shownFindings + 7 {
		r.Findings = append(r.Findings, found("ring-1", "ring"))
	}
	text := string(r.Markdown())
	require.Contains(t, text, "… and 7 more\n")
	require.Contains(t, text, "**57 found**")
}

func TestVerdictsSayWhatCounts(t *testing.T) {
	require.Equal(t, "no findings", (&Report{}).Verdict())
	require.Equal(t, "1 new, 1 ongoing, 1 known, 1 resolved; the harness is at fault 2 times; 1 of 2 planted bugs not found", some().Verdict())
	require.Equal(t, "no findings; the harness is at fault", (&Report{Faults: []string{"x"}}).Verdict())
}
