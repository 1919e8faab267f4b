package main

import (
	"fmt"
	"math"
	"strings"

	"battle.test/cmd/battle/likelihood"
	"battle.test/explore"
)

// The explanation, for a terminal.

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
	fmt.Fprintf(&b, "to blame: %s\n", e.Blame())
	for _, sentence := range e.Verdict() {
		fmt.Fprintf(&b, "  %s\n", sentence)
	}
	return b.String() + "\n" + e.table()
}

// brief is the judgement on a trace that was just minimised. Where it blames the last
// update, the table speaks for itself.
func (e *explained) brief() string {
	if e.BlamesLast() {
		return "how likely the failure was at each moment of the minimal trace\n" + e.table()
	}
	return e.judgement()
}

// table is the curve as bars, a row a moment.
func (e *explained) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "  after  likelihood  %-*s  95 %% interval          rises  futures  update\n", barWidth, "0 %        100 %")
	for _, row := range e.Moments() {
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
		fmt.Fprintf(&b, "  %17s  %17s  %s:%d%s  %s\n", likelihood.Percentage(line.IfFails), likelihood.Percentage(line.IfRuns), line.File, line.Line.Line, line.Whose, cut(line.Source, updateMax))
	}
	return b.String()
}
