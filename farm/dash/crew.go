package dash

import (
	"net/http"

	"battle.test/farm/api"
	"battle.test/farm/nightly"
	"battle.test/farm/store"
)

// A workersPage is who works, and with what.
type workersPage struct {
	Workers []store.Worker
	Engines []api.Engine
	Refused []store.Refusal
}

func (d *dash) workers(*http.Request) (page, error) {
	return page{"workers.html", "Workers", "/workers", workersPage{d.from.Overview().Workers, d.from.Engines(), d.from.Refused()}}, nil
}

// A buildRow is a build and what became of findings at it.
type buildRow struct {
	store.Build
	Present       bool
	Fails, Passes int
	Untold        int // hidden or unknown
}

// A buildsPage is a part of the builds.
type buildsPage struct {
	Builds []buildRow
	Paging paging
}

func (d *dash) builds(r *http.Request) (page, error) {
	all, outcomes := d.from.Builds(), d.from.Outcomes()
	var p buildsPage
	var from, to int
	p.Paging, from, to = part(r, len(all))
	present := d.from.Overview().Build
	for _, b := range all[from:to] {
		n := outcomes[b.Revision]
		p.Builds = append(p.Builds, buildRow{
			Build: b, Present: present != nil && present.Revision == b.Revision,
			Fails: n[store.Fails], Passes: n[store.Passes], Untold: n[store.Hidden] + n[store.Unknown],
		})
	}
	return page{"builds.html", "Builds", "/builds", p}, nil
}

func (d *dash) nightly(*http.Request) (page, error) {
	return page{"nightly.html", "The last day", "/nightly", nightly.Of(d.from, d.Now(), d.Places)}, nil
}
