package main

import (
	"fmt"
	"math"
	"strings"

	"battle.test/explore"
)

// The words of an explanation, for the terminal, the picture and the page.

// blame names the update to blame, or says that there is none.
func (e *explained) blame() string {
	switch c := e.Explanation.Culprit; {
	case e.blamesLast():
		return fmt.Sprintf("update %d, where the failure shows: %s", c.Update, e.update(c.Update))
	case c != nil:
		return fmt.Sprintf("update %d: %s", c.Update, e.update(c.Update))
	case !e.Explanation.Tight && e.Explanation.Points[0].Runs < 100:
		return "unknown: the budget ended before anything could be told"
	}
	return "no update more than others"
}

// update is the text of an update, from 1.
func (e *explained) update(number int) string { return e.trace()[number-1] }

// trace is the updates that the explanation is about.
func (e *explained) trace() []string {
	if loose := e.Explanation.Loosened; loose != nil {
		return loose
	}
	return e.Finding.Trace
}

// verdict says in sentences why, and how sure that is.
func (e *explained) verdict() (sentences []string) {
	say := func(format string, args ...any) { sentences = append(sentences, fmt.Sprintf(format, args...)) }
	x, c := e.Explanation, e.Explanation.Culprit
	if c == nil {
		say("Before the first update, %s of all runs of %s fail in this way.", percentage(x.Points[0].P), count(x.Length, "update"))
		return sentences
	}
	before, after, highest := x.Points[c.Before], x.Points[c.After], x.Points[c.Highest]
	compared := times(c.Factor)
	switch {
	case c.Factor == 0:
		compared = "and none did before"
	case c.Highest != c.Before:
		compared = "which it never was before: at most " + percentage(highest.P)
	}
	say("It raises the likelihood that a run of %s fails in this way from %s to %s, %s.",
		count(x.Length, "update"), percentage(before.P), percentage(after.P), compared)
	for _, other := range x.Alike {
		say("Update %d may raise it as much: %s.", other, e.update(other))
	}
	say("%s", e.effects())
	if last := len(e.Finding.Trace); c.Update != last {
		say("The failure shows in update %d: %s.", last, e.update(last))
	} else if last > 1 {
		say("No earlier update makes it much more likely: either the last one is wrong by itself, or all of them are needed.")
	}
	switch {
	case x.Loosened != nil:
		say("Hardly any run has the small numbers of the minimal trace. The updates shown here are the same, with other numbers, and fail in the same way.")
	case x.Length > len(e.Finding.Trace):
		say("Other runs went on to %s: as many as the trace has may be too few to fail.", count(x.Length, "update"))
	}
	if !x.Tight {
		say("The budget ended before the intervals at the jump were within 5 points.")
	}
	return sentences
}

// effects says what becomes of the trace without the culprit, and with another.
func (e *explained) effects() string {
	c := e.Explanation.Culprit
	text := "Without it, the trace "
	switch r := c.Removed; {
	case r.Runs == 1 && r.Fails == 1:
		text += "still fails in this way"
	case r.Runs == 1:
		text += "does not fail in this way"
	default:
		text += fmt.Sprintf("fails in this way %s of the time", percentage(r.P))
	}
	kind, _, _ := strings.Cut(e.update(c.Update), " ")
	if c.Replaced.Runs == 0 {
		return text + "."
	}
	return text + fmt.Sprintf("; with another, random %s in its place and the rest as it is, it does %s of the time.", kind, percentage(c.Replaced.P))
}

func times(factor float64) string {
	if factor < 10 {
		return fmt.Sprintf("%.1f times", factor)
	}
	return fmt.Sprintf("%.0f times", factor)
}

// percentage writes a share: 0 % and 100 % are said only of none and of all.
func percentage(p float64) string {
	if p == 0 || p == 1 {
		return fmt.Sprintf("%.0f %%", 100*p)
	}
	return fmt.Sprintf("%.1f %%", min(99.9, max(0.1, 100*p)))
}

func interval(s explore.Share) string {
	return fmt.Sprintf("%.1f to %.1f %%", 100*s.Low, 100*s.High)
}

// A moment is a row of the table.
type moment struct {
	explore.Point
	Likelihood, Interval string
	Rise                 string // over the highest before, if it is higher
	Update               string // that led to it
	Jump                 bool   // it is the culprit
}

func (e *explained) moments() (rows []moment) {
	before, highest := 0, 0.0
	for _, p := range e.Explanation.Points {
		row := moment{Point: p, Likelihood: percentage(p.P), Interval: interval(p.Share), Update: "(the start)"}
		if p.Moment > 0 {
			row.Update = e.update(p.Moment)
		}
		if p.Moment > before+1 {
			row.Update = fmt.Sprintf("(%d more) ", p.Moment-before-1) + row.Update
		}
		if p.Runs == 0 {
			row.Likelihood = "unknown"
		}
		switch {
		case highest > 0 && p.P > highest:
			row.Rise = times(p.P / highest)
		case p.P > highest && p.Moment > 0:
			row.Rise = "from none"
		}
		highest = max(highest, p.P)
		c := e.Explanation.Culprit
		row.Jump = c != nil && c.Update == p.Moment
		rows, before = append(rows, row), p.Moment
	}
	return rows
}

const (
	barWidth   = 20 // characters for 100 %
	updateMax  = 60 // characters of an update in a table
	linesShown = 8
)

// text is the explanation for a terminal.
func (e *explained) text() string {
	x := e.Explanation
	return fmt.Sprintf("%s\n\n%s%s\n%s of %s in all, %d of them failed in another way; seed %d\n",
		e.Finding.Title(), e.judgement(), e.telling(), count(x.Futures, "future"), count(x.Length, "update"), x.Others, x.Seed)
}

// judgement says who is to blame, and shows why.
func (e *explained) judgement() string {
	var b strings.Builder
	fmt.Fprintf(&b, "to blame: %s\n", e.blame())
	for _, sentence := range e.verdict() {
		fmt.Fprintf(&b, "  %s\n", sentence)
	}
	return b.String() + "\n" + e.table()
}

// blamesLast tells whether the last update is the culprit. In a trace that was just
// minimised small numbers make rare moments, and they may be all that it is blamed for.
func (e *explained) blamesLast() bool {
	c := e.Explanation.Culprit
	return c != nil && c.Update == len(e.Finding.Trace) && c.Update > 1
}

// brief is the judgement on a trace that was just minimised. Where it blames the last
// update, the table speaks for itself.
func (e *explained) brief() string {
	if e.blamesLast() {
		return "how likely the failure was at each moment of the minimal trace\n" + e.table()
	}
	return e.judgement()
}

// table is the curve as bars, a row a moment.
func (e *explained) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "  after  likelihood  %-*s  95 %% interval          rises  futures  update\n", barWidth, "0 %        100 %")
	for _, row := range e.moments() {
		mark := " "
		if row.Jump {
			mark = ">"
		}
		fmt.Fprintf(&b, "%s %5d  %10s  %s  %-17s  %9s  %7d  %s\n", mark, row.Moment, row.Likelihood, bar(row.Share), row.Interval, row.Rise, row.Runs, cut(row.Update, updateMax))
	}
	return b.String()
}

// bar is a point of the curve lying on its side: full up to the likelihood, shaded up
// to the end of the interval.
func bar(s explore.Share) string {
	full := int(math.Round(s.P * barWidth))
	shaded := max(full, int(math.Round(s.High*barWidth)))
	return strings.Repeat("█", full) + strings.Repeat("░", shaded-full) + strings.Repeat(" ", barWidth-shaded)
}

// cut shortens text for a table.
func cut(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}

// A quotedLine is a row of the table of lines.
type quotedLine struct {
	explore.Line
	Source string
	Whose  string // " (oracle)", or ""
}

func (e *explained) lines() (rows []quotedLine) {
	for i, line := range e.Explanation.Lines {
		row := quotedLine{Line: line, Source: e.Sources[i]}
		if ofOracle(line.File) {
			row.Whose = " (oracle)"
		}
		rows = append(rows, row)
	}
	return rows
}

// telling is the table of lines.
func (e *explained) telling() string {
	x := e.Explanation
	switch {
	case x.Blocks == 0:
		return "\nno lines were counted: no package under test has counters\n"
	case len(x.Lines) == 0:
		return "\nno line tells more than any other\n"
	}
	var b strings.Builder
	b.WriteString("\n  runs, if it fails  fails, if it runs  line\n")
	for _, line := range e.lines()[:min(len(x.Lines), linesShown)] {
		fmt.Fprintf(&b, "  %17s  %17s  %s:%d%s  %s\n", percentage(line.IfFails), percentage(line.IfRuns), line.File, line.Line.Line, line.Whose, cut(line.Source, updateMax))
	}
	return b.String()
}
