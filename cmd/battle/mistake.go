package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"battle.test/battle"
)

// A mistake is findings that one mistake in the subject is likely behind. The first is the
// one to read: it fails every time, and by the shortest trace.
type mistake []*battle.Finding

// mistakes puts the findings of a hunt together that resemble each other, the one to read
// first. Each resembles that one, not only another of the others: of a chain the ends may
// have nothing in common.
func mistakes(all []*battle.Finding) (together []mistake) {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b *battle.Finding) int {
		return cmp.Or(cmp.Compare(b2i(a.Unstable), b2i(b.Unstable)), cmp.Compare(len(a.Trace), len(b.Trace)), strings.Compare(a.ID, b.ID))
	})
	for _, f := range all {
		i := slices.IndexFunc(together, func(m mistake) bool { return alike(m[0], f) })
		if i < 0 {
			together = append(together, mistake{f})
		} else {
			together[i] = append(together[i], f)
		}
	}
	return together
}

// alike tells whether two findings of one hunt are likely of one mistake: both are of one
// kind, and agree in two of where they fail, in which update, and how. One of them is not
// enough: a pair may have a single function that compares everything.
func alike(a, b *battle.Finding) bool {
	if a.Target != b.Target || a.Kind != b.Kind || a.Kind == battle.Harness {
		return false
	}
	agree := b2i(a.Failure.Func != "" && a.Failure.Func == b.Failure.Func) + b2i(a.Op != "" && a.Op == b.Op) + b2i(manner(a) == manner(b))
	return agree >= 2
}

// number is what differs between two failures of one manner.
var number = regexp.MustCompile(`-?\b(0x[0-9a-f]+|[0-9]+|[0-9a-f]{2}( [0-9a-f]{2})+)\b`)

// manner is how a finding fails, without the numbers: what it says, and the first words of
// what was expected and what came.
func manner(f *battle.Finding) string {
	words := func(text string) string {
		line := firstLine(text)
		if at := number.FindStringIndex(line); at != nil {
			line = line[:at[0]]
		}
		return line
	}
	return number.ReplaceAllString(firstLine(f.Message), "#") + "\n" + words(f.Expected) + "\n" + words(f.Actual)
}

// firsts are the findings to read, one a mistake.
func firsts(together []mistake) (all []*battle.Finding) {
	for _, m := range together {
		all = append(all, m[0])
	}
	return all
}

// ids are the names of a mistake's findings.
func (m mistake) ids() (names []string) {
	for _, f := range m {
		names = append(names, f.ID)
	}
	return names
}

// others names those that need not be read, in a line each.
func (m mistake) others(dir string) string {
	var b strings.Builder
	for _, f := range m[1:] {
		_, title, _ := strings.Cut(f.Title(), ": ") // the target is that of the first
		fmt.Fprintf(&b, "%s: likely the same mistake as %s: %s\n", filepath.Join(dir, f.ID+".txtar"), m[0].ID, title)
	}
	return b.String()
}
