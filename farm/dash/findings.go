package dash

import (
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"battle.test/cmd/battle/likelihood"
	"battle.test/explore"

	"battle.test/farm/api"
	"battle.test/farm/store"
)

// A findingsPage is a list of findings, and what chose them.
type findingsPage struct {
	Findings    []api.Finding
	Paging      paging
	States      []choice
	Targets     []string
	State       store.State
	Target, Say string // what was asked for
}

// A choice is a link to a part of the list.
type choice struct {
	Name, Link string
	Count      int
	Chosen     bool
}

func (d *dash) findings(r *http.Request) (page, error) {
	p := findingsPage{State: store.State(r.FormValue("state")), Target: r.FormValue("target"), Say: strings.TrimSpace(r.FormValue("say"))}
	all := d.from.Findings()
	for _, f := range all {
		if !slices.Contains(p.Targets, f.Target) {
			p.Targets = append(p.Targets, f.Target)
		}
	}
	slices.Sort(p.Targets)
	all = slices.DeleteFunc(all, func(f api.Finding) bool { return p.Target != "" && f.Target != p.Target || !says(f, p.Say) })
	of := func(name string, state store.State, has func(api.Finding) bool) {
		n := 0
		for _, f := range all {
			if has(f) {
				n++
			}
		}
		p.States = append(p.States, choice{name, with(r, "state", string(state)), n, p.State == state})
	}
	of("all", "", func(api.Finding) bool { return true })
	for _, state := range []store.State{store.New, store.Ongoing, store.Regressed, store.Resolved} {
		of(string(state), state, func(f api.Finding) bool { return f.State == state })
	}
	all = slices.DeleteFunc(all, func(f api.Finding) bool { return p.State != "" && f.State != p.State })
	var from, to int
	p.Paging, from, to = part(r, len(all))
	p.Findings = all[from:to]
	return page{"findings.html", "Findings", "/findings", p}, nil
}

// says tells whether a finding has a text in what is shown of it.
func says(f api.Finding, text string) bool {
	return text == "" || strings.Contains(strings.ToLower(f.ID+" "+f.Title+" "+f.Place+" "+f.Engine), strings.ToLower(text))
}

// A findingPage is all of a finding.
type findingPage struct {
	store.Finding
	Title    string
	Trace    []step
	Account  *likelihood.Account // nil if there is none
	Picture  template.HTML
	Verdicts []verdictRow // the newest first
}

// A step is an update of a trace.
type step struct {
	Number  int
	Text    string
	Fails   bool
	Culprit bool
}

// A verdictRow is what a build made of a finding.
type verdictRow struct {
	store.Verdict
	Number  int
	Subject string
}

func (d *dash) finding(r *http.Request) (page, error) {
	f, there := d.from.Finding(r.PathValue("id"))
	if !there {
		return page{}, notFound("finding", r.PathValue("id"))
	}
	p := findingPage{Finding: f, Title: f.Found.Title()}
	builds := make(map[string]store.Build)
	for _, b := range d.from.Builds() {
		builds[b.Revision] = b
	}
	for _, v := range slices.Backward(f.Verdicts) {
		p.Verdicts = append(p.Verdicts, verdictRow{v, builds[v.Build].Number, builds[v.Build].Subject})
	}
	account := &likelihood.Account{Finding: &f.Found, Explanation: f.Explanation}
	if account.Check() == nil {
		p.Account = account
		p.Picture = template.HTML(account.Pictures()) // which escape what they did not write
	}
	for i, text := range f.Found.Trace {
		p.Trace = append(p.Trace, step{i + 1, text, i == f.Found.Moment, p.Account != nil && culprit(f.Explanation) == i+1 && i != f.Found.Moment})
	}
	return page{"finding.html", p.Title, "/findings", p}, nil
}

// culprit is the update to blame, from 1, or 0.
func culprit(e *explore.Explanation) int {
	if e.Culprit == nil {
		return 0
	}
	return e.Culprit.Update
}

// Elsewhere are the other names of the finding.
func (p findingPage) Elsewhere() string { return strings.Join(p.Aliases, ", ") }

// How says how it was found.
func (p findingPage) How() string {
	if p.Found.Runs == 0 {
		return ""
	}
	return fmt.Sprintf("after %s in %s", count(p.Found.Updates, "update"), count(p.Found.Runs, "run"))
}
