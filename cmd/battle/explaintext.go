package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"battle.test/cmd/battle/likelihood"
	"battle.test/explore"
)

// The explanation, for a terminal.

const (
	barWidth     = 20 // characters for 100 %
	beforeUpdate = 82 // characters in front of the updates in the table of moments
	updateMax    = 60 // characters of an update in a table
	linesShown   = 8
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
		if row.Tried != "" {
			fmt.Fprintf(&b, "%*s  tried with %s\n", beforeUpdate, "", cut(row.Tried, updateMax))
		}
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

// A tellingRow is lines that tell equally much: blocks of a file that ran in as many futures,
// and in as many of those that failed. Most often they are the same futures.
type tellingRow struct {
	explore.Line
	Whose  string // "oracle", "changed by tip-bug", or ""
	Quoted []quotedLine
}

type quotedLine struct {
	Number int
	Source string
}

// lines are the telling ones, by row. A line that the planted bug has changed comes first in
// its row.
func (e *explained) lines() (rows []tellingRow) {
	for i, line := range e.Explanation.Lines {
		changed := e.Planted.in(line) > 0
		one := quotedLine{line.Line, e.Sources[i]}
		same := func(r tellingRow) bool {
			return r.File == line.File && r.Runs == line.Runs && r.RunsFails == line.RunsFails
		}
		at := slices.IndexFunc(rows, same)
		if at < 0 {
			at = len(rows)
			rows = append(rows, tellingRow{Line: line})
		}
		row := &rows[at]
		if changed {
			row.Whose, row.Quoted = "changed by "+e.Planted.Bug, slices.Insert(row.Quoted, 0, one)
		} else {
			row.Quoted = append(row.Quoted, one)
		}
		if ofOracle(line.File) && row.Whose == "" {
			row.Whose = "oracle"
		}
	}
	return rows
}

// Places are the lines of a row, as ring.go:122, 130.
func (r tellingRow) Places() string {
	var numbers []string
	for _, one := range r.Quoted {
		numbers = append(numbers, strconv.Itoa(one.Number))
	}
	text := r.File + ":" + strings.Join(numbers, ", ")
	if r.Whose != "" {
		text += " (" + r.Whose + ")"
	}
	return text
}

// telling is the table of lines: the first few, and those that the planted bug has changed.
func (e *explained) telling() string {
	x := e.Explanation
	switch {
	case x.Blocks == 0:
		return "\nno lines were counted: " + e.noLines() + "\n"
	case len(x.Lines) == 0:
		return "\nno line tells more than any other\n" + e.untold()
	}
	var b strings.Builder
	b.WriteString("\n  runs, if it fails  fails, if it runs  line\n")
	for i, row := range e.lines() {
		if i >= linesShown && !strings.HasPrefix(row.Whose, "changed") {
			continue
		}
		fmt.Fprintf(&b, "  %17s  %17s  %s  %s\n", likelihood.Percentage(row.IfFails), likelihood.Percentage(row.IfRuns), row.Places(), cut(row.Quoted[0].Source, updateMax))
	}
	return b.String() + e.untold()
}

// noLines is why no lines were counted.
func (e *explained) noLines() string {
	if e.uncounted {
		return "-no-coverage leaves that out"
	}
	return "no package under test has counters"
}

// untold says which lines of the planted bug tell nothing: those that run in every future, or
// in none that fails.
func (e *explained) untold() string {
	left := e.Planted.untold(e.Explanation.Lines)
	if len(left) == 0 || e.Explanation.Blocks == 0 {
		return ""
	}
	return fmt.Sprintf("\n  changed by %s, too, and no more telling than others: %s\n", e.Planted.Bug, strings.Join(left, ", "))
}
