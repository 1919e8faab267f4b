package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"battle.test/battle"
	"battle.test/explore"
)

// explored shows what the explorer knows of each target, below the table.
func (h *hunt) explored() string {
	var b strings.Builder
	for _, j := range h.jobs {
		if p, ok := progressOf(j.stats()); ok {
			if b.Len() == 0 {
				fmt.Fprintf(&b, "\n%-14s %11s %9s %8s %8s %15s %15s\n", "explored", "blocks", "moments", "doomed", "traits", "new/1000 bursts", "last new")
			}
			fmt.Fprintf(&b, "%-14s %11s %9d %8d %8d %15.1f %11s ago\n", j.target.Name,
				fmt.Sprintf("%d/%d", p.Covered, p.Blocks), p.Moments, p.Doomed, p.Traits, 1000*p.Expected,
				time.Duration(p.SinceNew*float64(time.Second)).Round(100*time.Millisecond))
			b.WriteString(unreached(p))
			if p.Blocks == 0 {
				b.WriteString("  no blocks were counted: what is under test lies in Go's module cache, or in the package of the harness\n")
			}
		}
	}
	return b.String()
}

// progressOf reads what the explorer reported of itself.
func progressOf(s battle.Stats) (p explore.Progress, ok bool) {
	document, err := json.Marshal(s.Progress)
	if err != nil || s.Progress == nil || s.Engine != explore.Name {
		return p, false
	}
	return p, json.Unmarshal(document, &p) == nil
}

// unreached names the first blocks that never ran, where a person can go and look.
func unreached(p explore.Progress) string {
	const most = 5
	if len(p.Unreached) == 0 {
		return ""
	}
	text := strings.Join(p.Unreached[:min(most, len(p.Unreached))], " ")
	if more := len(p.Unreached) - most; more > 0 {
		text += fmt.Sprintf(" and %d more (-json has all)", more)
	}
	return "  not reached: " + text + "\n"
}
