package dash

import (
	"cmp"
	"net/http"
	"slices"

	"battle.test/cmd/battle/likelihood"

	"battle.test/farm/api"
	"battle.test/farm/store"
)

// An overviewPage is the farm on one page.
type overviewPage struct {
	api.Overview
	Open     []api.Finding // the first of those that somebody should look at
	MoreOpen int
	Covered  int
	Blocks   int
	Charts   []chart
	Engines  []engineRow
	Targets  []api.Target
	Refused  []store.Refusal
	Resting  int // arms
}

// An engineRow is an engine and its parts of the whole.
type engineRow struct {
	api.Engine
	OfUpdates, OfEntries float64
}

// openShown is how many open findings the overview has.
const openShown = 6

func (d *dash) overview(*http.Request) (page, error) {
	o := overviewPage{Overview: d.from.Overview(), Targets: d.from.Targets(), Refused: d.from.Refused()}
	o.Refused = o.Refused[:min(len(o.Refused), openShown)]
	o.Open = slices.DeleteFunc(d.from.Findings(), func(f api.Finding) bool { return !f.State.Open() })
	urgent(o.Open)
	o.MoreOpen = max(0, len(o.Open)-openShown)
	o.Open = o.Open[:min(len(o.Open), openShown)]
	var histories [][]store.Sample
	for _, t := range o.Targets {
		histories = append(histories, d.from.History(t.Name))
		if t.Now != nil {
			o.Covered, o.Blocks = o.Covered+t.Now.Covered, o.Blocks+t.Now.Blocks
		}
	}
	o.Charts = charts(d.Now(), total(histories...), d.from.Builds())
	o.Engines = engineRows(d.from.Engines())
	for _, c := range d.from.Contributions() {
		if c.Resting.After(d.Now()) {
			o.Resting++
		}
	}
	return page{"overview.html", "Overview", "/", o}, nil
}

// urgent sorts findings: what came back first, then what is new, then what goes on.
func urgent(all []api.Finding) {
	rank := func(s store.State) int {
		return slices.Index([]store.State{store.Regressed, store.New, store.Ongoing, store.Resolved}, s)
	}
	slices.SortStableFunc(all, func(a, b api.Finding) int { return cmp.Compare(rank(a.State), rank(b.State)) })
}

func engineRows(all []api.Engine) (rows []engineRow) {
	updates, entries := uint64(0), 0
	for _, e := range all {
		updates, entries = updates+e.Updates, entries+e.Entries
	}
	for _, e := range all {
		rows = append(rows, engineRow{e, float64(e.Updates) / float64(max(1, updates)), float64(e.Entries) / float64(max(1, entries))})
	}
	return rows
}

// Percent is how much of the code is covered, in words.
func (o overviewPage) Percent() string {
	return likelihood.Percentage(float64(o.Covered) / float64(max(1, o.Blocks)))
}

// OpenNow is how many findings are open.
func (o overviewPage) OpenNow() (n int) {
	for state, some := range o.States {
		if state.Open() {
			n += some
		}
	}
	return n
}

// Urgent says how many of them are new, or back.
func (o overviewPage) Urgent() string {
	text := number(o.States[store.New]) + " new"
	if n := o.States[store.Regressed]; n > 0 {
		text += ", " + number(n) + " regressed"
	}
	return text
}
