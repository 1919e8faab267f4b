package dash

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"battle.test/cmd/battle/likelihood"

	"battle.test/farm/store"
)

// words are how templates write numbers, times and names.
var words = template.FuncMap{
	"count":      count,
	"number":     number,
	"short":      short,
	"rate":       func(perSecond float64) string { return short(uint64(max(0, perSecond))) },
	"percentage": likelihood.Percentage,
	"span":       func(seconds float64) string { return span(time.Duration(seconds * float64(time.Second))) },
	"bytes":      size,
	"revision":   brief,
	"join":       strings.Join,
	"bar":        bar,
	"exact":      exact,
	"add":        func(a, b int) int { return a + b },
	"list":       func(all ...any) []any { return all },
	"open":       store.State.Open,
}

// count is a number of things, of any type of whole numbers.
func count(n any, noun string) string {
	if fmt.Sprint(n) == "1" {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "y") {
		noun = strings.TrimSuffix(noun, "y") + "ie"
	}
	return number(n) + " " + noun + "s"
}

// number is a number with thin spaces between its thousands.
func number(n any) string {
	digits := fmt.Sprint(n)
	var b strings.Builder
	for i, d := range digits {
		if left := len(digits) - i; i > 0 && left%3 == 0 && digits[i-1] != '-' {
			b.WriteRune('\u202f')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// short is a large number in four letters or so.
func short(n uint64) string {
	for _, unit := range []struct {
		from, of float64
		name     string
	}{{1e12, 1e12, "T"}, {1e9, 1e9, "G"}, {1e6, 1e6, "M"}, {1e4, 1e3, "k"}} {
		if float64(n) < unit.from {
			continue
		}
		x, places := float64(n)/unit.of, 2
		if x >= 100 {
			places = 0
		} else if x >= 10 {
			places = 1
		}
		return fmt.Sprintf("%.*f%s", places, x, unit.name)
	}
	return fmt.Sprint(n)
}

// size is a number of bytes.
func size(n int) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}

// span is a time span, as exact as a person wants it.
func span(d time.Duration) string {
	switch {
	case d < 0:
		return "0 s"
	case d < 90*time.Second:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 90*time.Minute:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// exact is a time that leaves nothing open.
func exact(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 UTC") }

// ago is how long ago something was. The exact time is in the title, and the script keeps the
// words true.
func ago(now, at time.Time) template.HTML {
	if at.IsZero() {
		return "never"
	}
	return template.HTML(fmt.Sprintf(`<time datetime="%s" title="%s">%s</time>`, at.UTC().Format(time.RFC3339), exact(at), since(now, at)))
}

func since(now, at time.Time) string {
	if now.Sub(at) < 5*time.Second {
		return "now"
	}
	return span(now.Sub(at)) + " ago"
}

// brief is a revision as people write it.
func brief(revision string) string { return revision[:min(len(revision), 10)] }

// bar is a share as a picture. A style would be against the policy.
func bar(share float64) template.HTML {
	return template.HTML(fmt.Sprintf(`<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="6"/><rect class="part" width="%.1f" height="6"/></svg>`,
		100*min(1, max(0, share))))
}
