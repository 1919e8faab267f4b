// Package likelihood says in words, and draws, what is known of how likely a failure was at
// each moment of its trace: which update is to blame, and why. It runs nothing; see
// explore.Explain.
package likelihood

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"battle.test/battle"
	"battle.test/explore"
)

// An Account is a failure and its explanation. The explanation has a point at least, and the
// trace an update for each moment that the explanation names: so explore.Explain makes it.
type Account struct {
	Finding     *battle.Finding      `json:"finding"`
	Explanation *explore.Explanation `json:"explanation"`
}

// Check says what an account lacks that its words and its picture are made of. One that was
// kept for long, or made elsewhere, may lack something; then there is nothing to show.
func (a *Account) Check() error {
	x := a.Explanation
	switch {
	case a.Finding == nil || x == nil:
		return errors.New("no failure, or no explanation of it")
	case len(x.Points) < 2 || x.Points[len(x.Points)-1].Moment != len(a.Finding.Trace) || len(a.tried()) != len(a.Finding.Trace):
		return fmt.Errorf("an explanation of %d moments and %d updates for a trace of %d", len(x.Points), len(a.tried()), len(a.Finding.Trace))
	}
	before := -1
	for _, p := range x.Points {
		if p.Moment <= before {
			return fmt.Errorf("moment %d comes after moment %d", p.Moment, before)
		}
		before = p.Moment
	}
	named := slices.Clone(x.Alike)
	if c := x.Culprit; c != nil {
		named = append(named, c.Update)
		for _, index := range []int{c.Highest, c.Before, c.After - 1, c.After} {
			if index < 0 || index >= len(x.Points) {
				return fmt.Errorf("it names point %d of %d", index, len(x.Points))
			}
		}
	}
	for _, update := range named {
		if update < 1 || update > len(a.Finding.Trace) {
			return fmt.Errorf("it names update %d of %d", update, len(a.Finding.Trace))
		}
	}
	return nil
}

// Blame names the update to blame, or says that there is none.
func (a *Account) Blame() string {
	switch c := a.Explanation.Culprit; {
	case a.BlamesLast():
		return fmt.Sprintf("update %d, where the failure shows: %s", c.Update, a.Update(c.Update))
	case c != nil:
		return fmt.Sprintf("update %d: %s", c.Update, a.Update(c.Update))
	case !a.Explanation.Tight && a.Explanation.Points[0].Runs < 100:
		return "unknown: the budget ended before anything could be told"
	}
	return "no update more than others"
}

// Update is the text of an update of the finding's trace, from 1.
func (a *Account) Update(number int) string { return a.Finding.Trace[number-1] }

// Tried is what the futures began with in place of an update, if that has other numbers: those
// of its fields that differ.
func (a *Account) Tried(number int) string {
	if a.Explanation.Loosened == nil {
		return ""
	}
	was, is := strings.Fields(a.Update(number)), strings.Fields(a.tried()[number-1])
	if len(was) != len(is) { // a text with spaces in it
		return a.tried()[number-1]
	}
	var others []string
	for i, field := range is {
		if field != was[i] {
			others = append(others, field)
		}
	}
	return strings.Join(others, " ")
}

// tried is the updates that the futures began with.
func (a *Account) tried() []string {
	if loose := a.Explanation.Loosened; loose != nil {
		return loose
	}
	return a.Finding.Trace
}

// Verdict says in sentences why, and how sure that is.
func (a *Account) Verdict() (sentences []string) {
	say := func(format string, args ...any) { sentences = append(sentences, fmt.Sprintf(format, args...)) }
	x, c := a.Explanation, a.Explanation.Culprit
	if c == nil {
		say("Before the first update, %s of all runs of %s fail in this way.", Percentage(x.Points[0].P), count(x.Length, "update"))
		return sentences
	}
	before, after, highest := x.Points[c.Before], x.Points[c.After], x.Points[c.Highest]
	compared := ": " + times(c.Factor) + " as likely"
	switch {
	case c.Factor == 0 && c.Sunk:
		compared = ", where none did right before"
	case c.Factor == 0:
		compared = ", where none did before"
	case c.Sunk:
	case c.Highest != c.Before:
		compared = ", which it never was before: at most " + Percentage(highest.P)
	}
	say("It raises the likelihood that a run of %s fails in this way from %s to %s%s.",
		count(x.Length, "update"), Percentage(before.P), Percentage(after.P), compared)
	if c.Sunk {
		say("Before it the likelihood had sunk: it was %s, when other runs had time to do the like.", a.sunkFrom())
	}
	if x.Loosened != nil {
		say("Hardly any run has numbers as small as this trace's, so what was tried is the same updates with other numbers, which fail in the same way: the table has both.")
	}
	for _, other := range x.Alike {
		say("Update %d may raise it as much: %s.", other, a.Update(other))
	}
	say("%s", a.effects())
	if last := len(a.Finding.Trace); c.Update != last {
		say("The failure shows in update %d: %s.", last, a.Update(last))
	} else if last > 1 && len(x.Alike) == 0 {
		say("No earlier update makes it much more likely: either the last one is wrong by itself, or all of them are needed.")
	}
	if x.Loosened == nil && x.Length > len(a.Finding.Trace) {
		say("Other runs went on to %s: as many as the trace has may be too few to fail.", count(x.Length, "update"))
	}
	if !x.Tight {
		say("The budget ended before the intervals at the jump were within 5 points.")
	}
	return sentences
}

// sunkFrom is how likely the failure was before that sank, and when: at the start, unless it rose
// since.
func (a *Account) sunkFrom() string {
	x := a.Explanation
	start, highest := x.Points[0], x.Points[x.Culprit.Highest]
	if highest.Low > start.High {
		return fmt.Sprintf("%s after update %d", Percentage(highest.P), highest.Moment)
	}
	return Percentage(start.P) + " at the start"
}

// effects says what becomes of the trace without the culprit, and with another.
func (a *Account) effects() string {
	c, trace := a.Explanation.Culprit, "the trace"
	if a.Explanation.Loosened != nil {
		trace = "that trace"
	}
	text := fmt.Sprintf("Without update %d, %s ", c.Update, trace)
	switch r := c.Removed; {
	case r.Runs == 1 && r.Fails == 1:
		text += "still fails in this way"
	case r.Runs == 1 && c.Other > 0:
		text += "fails in another way, so that what is wrong may be wrong before it"
	case r.Runs == 1:
		text += "does not fail in this way"
	default:
		text += fmt.Sprintf("fails in this way %s of the time", Percentage(r.P))
	}
	kind, _, _ := strings.Cut(a.Update(c.Update), " ")
	if c.Replaced.Runs == 0 {
		return text + "."
	}
	return text + fmt.Sprintf("; with another, random %s in its place and the rest as it is, it fails in this way %s of the time.", kind, Percentage(c.Replaced.P))
}

func times(f float64) string {
	if text := factor(f); text != "2.0" {
		return text + " times"
	}
	return "twice"
}

func factor(f float64) string {
	if f < 10 {
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.0f", f)
}

// Percentage writes a share: 0 % and 100 % are said only of none and of all.
func Percentage(p float64) string {
	if p == 0 || p == 1 {
		return fmt.Sprintf("%.0f %%", 100*p)
	}
	return fmt.Sprintf("%.1f %%", min(99.9, max(0.1, 100*p)))
}

func interval(s explore.Share) string {
	return fmt.Sprintf("%.1f to %.1f %%", 100*s.Low, 100*s.High)
}

// A Moment is a row of the table.
type Moment struct {
	explore.Point
	Likelihood, Interval string
	Rise                 string // over the highest before, if it is higher; of a culprit, over what it had sunk to
	Update               string // that led to it
	Tried                string // what was tried in its place, see Tried
	Jump                 bool   // it is the culprit
}

// Moments are the rows of the table.
func (a *Account) Moments() (rows []Moment) {
	before, highest := 0, 0.0
	for _, p := range a.Explanation.Points {
		row := Moment{Point: p, Likelihood: Percentage(p.P), Interval: interval(p.Share), Update: "(the start)"}
		if p.Moment > 0 {
			row.Update, row.Tried = a.Update(p.Moment), a.Tried(p.Moment)
		}
		if p.Moment > before+1 {
			row.Update = fmt.Sprintf("(%d more) ", p.Moment-before-1) + row.Update
		}
		if p.Runs == 0 {
			row.Likelihood = "unknown"
		}
		c := a.Explanation.Culprit
		row.Jump = c != nil && c.Update == p.Moment
		lower := highest
		if row.Jump && c.Sunk {
			lower = a.Explanation.Points[c.Before].P
		}
		switch {
		case lower > 0 && p.P > lower:
			row.Rise = "×" + factor(p.P/lower)
		case p.P > lower && p.Moment > 0:
			row.Rise = "from none"
		}
		highest = max(highest, p.P)
		rows, before = append(rows, row), p.Moment
	}
	return rows
}

// BlamesLast tells whether the last update is the culprit. In a trace that was just
// minimised small numbers make rare moments, and they may be all that it is blamed for.
func (a *Account) BlamesLast() bool {
	c := a.Explanation.Culprit
	return c != nil && c.Update == len(a.Finding.Trace) && c.Update > 1
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
