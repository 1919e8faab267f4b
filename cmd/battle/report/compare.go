package report

import (
	"strings"

	"battle.test/battle"
)

// Same tells whether two findings are one, though it may have moved to another line since:
// a finding's name goes by the place.
func Same(a, b *battle.Finding) bool {
	switch {
	case a.Target != b.Target || a.Kind != b.Kind:
		return false
	case a.ID == b.ID:
		return true
	}
	return a.Failure.Func != "" && a.Failure.Func == b.Failure.Func && a.Op == b.Op && firstLine(a.Message) == firstLine(b.Message)
}

// Compare gives the findings their states by what was there before: new or ongoing. It
// returns the earlier ones that were not found again. Whether they are resolved, only
// another run of their traces can tell.
func Compare(now []Finding, earlier []*battle.Finding) (gone []*battle.Finding) {
	for i := range now {
		now[i].State = New
		for _, e := range earlier {
			if Same(now[i].Finding, e) {
				now[i].State = Ongoing
			}
		}
	}
	for _, e := range earlier {
		again := false
		for _, f := range now {
			again = again || Same(f.Finding, e)
		}
		if !again {
			gone = append(gone, e)
		}
	}
	return gone
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
