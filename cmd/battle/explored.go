package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"battle.test/battle"
	"battle.test/explore"
)

// explored shows what the explorer knows of each target, below the table.
func (h *hunt) explored() string {
	var b strings.Builder
	for _, c := range h.crews() {
		stats := c.stats()
		p, ok := progressOf(stats)
		if !ok {
			continue
		}
		if b.Len() == 0 {
			fmt.Fprintf(&b, "\n%-14s %11s %9s %9s %8s %18s %15s\n", "explored", "blocks", "moments", "doomed", "traits", "news/1000 bursts", "last new")
		}
		if p.Bursts == 0 {
			fmt.Fprintf(&b, "%-14s nothing yet: the hunt ended with its first runs\n", c[0].target.Name)
			continue
		}
		fmt.Fprintf(&b, "%-14s %11s %9d %9d %8d %18s %11s ago\n", c[0].target.Name,
			fmt.Sprintf("%d/%d", p.Covered, p.Blocks), p.Moments, p.Doomed, p.Traits, newsLately(p.Recent), ago(p))
		if p.Moments > 0 {
			fmt.Fprintf(&b, "  going back: %s\n", p.Restored)
		}
		b.WriteString(c.exchanged())
		b.WriteString(unreached(p))
		if p.Counted == 0 {
			fmt.Fprintf(&b, "  no blocks were counted: %s\n", whyUncounted)
		}
		b.WriteString(full(p))
		b.WriteString(doomed(p))
		m := matrixOf(stats, p)
		if h.matrix {
			b.WriteString(m.text())
		}
		if pairs := m.never(); len(pairs) > 0 {
			fmt.Fprintf(&b, "  never in a row: %s\n", few(pairs, ", "))
		}
	}
	return b.String()
}

// newsLately is how many of 1000 bursts showed something new, of late, and the interval that
// tells how many of the next ones will.
func newsLately(r explore.Recent) string {
	if r.Bursts == 0 {
		return "–"
	}
	return fmt.Sprintf("%s (%s–%s)", perThousand(float64(r.News)/float64(r.Bursts)), perThousand(r.Low), perThousand(r.High))
}

// perThousand has two digits that say something, or more before the point.
func perThousand(share float64) string {
	v := 1000 * share
	if v >= 10 {
		return fmt.Sprintf("%.0f", v)
	}
	rounded, _ := strconv.ParseFloat(fmt.Sprintf("%.2g", v), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// ago is the time since the last new thing.
func ago(p explore.Progress) time.Duration {
	return time.Duration(p.SinceNew * float64(time.Second)).Round(100 * time.Millisecond)
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
	if len(p.Unreached) == 0 {
		return ""
	}
	return "  not reached: " + few(p.Unreached, " ") + "\n"
}

// full names the states that have no end.
func full(p explore.Progress) string {
	if len(p.Full) == 0 {
		return ""
	}
	return fmt.Sprintf("  too many states to tell apart: %s: more of them are nothing new, so give t.Reach fewer values\n", few(p.Full, ", "))
}

// few is the first of a list, and how many there are more.
func few(list []string, between string) string {
	const most = 5
	text := strings.Join(list[:min(most, len(list))], between)
	if more := len(list) - most; more > 0 {
		text += fmt.Sprintf(" and %d more (-json has all)", more)
	}
	return text
}

// doomed names the places where most bursts were spent in vain, and shows how a run got
// there.
func doomed(p explore.Progress) string {
	const most, updates = 3, 2
	var b strings.Builder
	for _, d := range p.DoomedPlaces[:min(most, len(p.DoomedPlaces))] {
		way := strings.Join(d.Trace[max(0, len(d.Trace)-updates):], "; ")
		if len(d.Trace) > updates {
			way = "…; " + way
		}
		fmt.Fprintf(&b, "  nothing new from: %s, by %s: %s in %s, the costliest %s deep: %s\n",
			d.Shows, d.Update, count(d.Bursts, "burst"), count(d.Moments, "moment"), count(d.Depth, "update"), cut(way, updateMax))
	}
	return b.String()
}
