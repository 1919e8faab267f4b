package dash

import (
	"cmp"
	"net/http"
	"slices"

	"battle.test/battle"

	"battle.test/farm/api"
	"battle.test/farm/store"
)

func (d *dash) targets(*http.Request) (page, error) {
	return page{"targets.html", "Targets", "/targets", d.from.Targets()}, nil
}

// A targetPage is all of a target.
type targetPage struct {
	api.Target
	Charts    []chart
	Arms      []api.Contribution
	Findings  []api.Finding
	MoreFound int
	Ops       []opRow
	Corpus    api.Corpus
	Unreached []string
	Never     []string // updates that no engine ran of late
}

// An opRow is a kind of update, and how often it is drawn.
type opRow struct {
	battle.OpInfo
	Share float64
}

// findTarget is a target by its name.
func (d *dash) findTarget(name string) (api.Target, error) {
	all := d.from.Targets()
	i := slices.IndexFunc(all, func(t api.Target) bool { return t.Name == name })
	if i < 0 {
		return api.Target{}, notFound("target", name)
	}
	return all[i], nil
}

func (d *dash) target(r *http.Request) (page, error) {
	t, err := d.findTarget(r.PathValue("target"))
	if err != nil {
		return page{}, err
	}
	p := targetPage{Target: t, Charts: charts(d.Now(), total(d.from.History(t.Name)), d.from.Builds())}
	arms := d.from.Contributions()
	for _, c := range arms {
		if c.Target == t.Name {
			p.Arms = append(p.Arms, c)
		}
	}
	p.Unreached, p.Never = api.NotReached(arms, t.Name)
	for _, f := range d.from.Findings() {
		if f.Target == t.Name {
			p.Findings = append(p.Findings, f)
		}
	}
	urgent(p.Findings)
	p.MoreFound = max(0, len(p.Findings)-perPage)
	p.Findings = p.Findings[:min(len(p.Findings), perPage)]
	weight := 0
	for _, op := range t.Ops {
		weight += op.Weight
	}
	for _, op := range t.Ops {
		p.Ops = append(p.Ops, opRow{op, float64(op.Weight) / float64(max(1, weight))})
	}
	for _, c := range d.from.Corpora() {
		if c.Target == t.Name {
			p.Corpus = c
		}
	}
	return page{"target.html", t.Name, "/targets", p}, nil
}

// A corpusPage is a part of a target's corpus.
type corpusPage struct {
	Target  string
	Entries []api.Entry
	Unfit   int
	Engines []share
	Paging  paging
}

// A share is a part of something by its name.
type share struct {
	Name  string
	Count int
	Share float64
}

func (d *dash) corpus(r *http.Request) (page, error) {
	t, err := d.findTarget(r.PathValue("target"))
	if err != nil {
		return page{}, err
	}
	_, all := d.from.Entries(t.Name, 0, 0)
	p := corpusPage{Target: t.Name}
	var from, to int
	p.Paging, from, to = part(r, all)
	p.Entries, _ = d.from.Entries(t.Name, from, to-from)
	for _, c := range d.from.Corpora() {
		if c.Target != t.Name {
			continue
		}
		p.Unfit = c.Unfit
		for name, n := range c.Engines {
			p.Engines = append(p.Engines, share{name, n, float64(n) / float64(max(1, c.Entries))})
		}
	}
	slices.SortFunc(p.Engines, func(a, b share) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
	return page{"corpus.html", "Corpus of " + t.Name, "/targets", p}, nil
}

// An entryPage is a trace of the corpus.
type entryPage struct {
	store.Entry
	Hash string
}

func (d *dash) entry(r *http.Request) (page, error) {
	target, hash := r.PathValue("target"), r.PathValue("key")
	e, there, err := d.from.Entry(r.Context(), target, hash)
	switch {
	case err != nil:
		return page{}, err
	case !there:
		return page{}, notFound("entry of the corpus", hash)
	}
	return page{"entry.html", "A trace of " + target, "/targets", entryPage{e, hash}}, nil
}
