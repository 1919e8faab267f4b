package coordinator

import (
	"maps"
	"slices"
	"strings"
	"time"

	"battle.test/farm/api"
	"battle.test/farm/store"
)

// The coordinator is the source of what the farm shows. All of it is made of the book, under
// its lock, in time that grows with what is shown.

// Overview is the farm in short.
func (c *Coordinator) Overview() api.Overview {
	b := c.book
	b.mu.Lock()
	defer b.mu.Unlock()
	o := api.Overview{
		Now: time.Now().UTC(), Version: b.version, Holding: maps.Clone(b.holds), Workers: slices.Clone(b.workers), States: make(map[store.State]int),
	}
	if o.Workers == nil {
		o.Workers = []store.Worker{}
	}
	last := 0
	for _, row := range b.builds {
		build := row.Value
		if build.Revision == b.current {
			o.Build = &build
		}
		if build.Number > last {
			last, o.Broken = build.Number, nil
			if build.Broken != "" {
				o.Broken = &build
			}
		}
	}
	for _, row := range b.findings {
		o.States[row.Value.State]++
	}
	for _, row := range b.targets {
		if !row.Value.Gone {
			o.Targets++
		}
	}
	for _, all := range b.corpora {
		o.Entries += len(all.entries)
	}
	for _, row := range b.arms {
		a := row.Value
		o.Updates, o.Runs, o.CPU, o.Reported = o.Updates+a.Updates, o.Runs+a.Runs, o.CPU+a.CPU, o.Reported+a.Reports
	}
	for _, all := range b.samples {
		if now := all[len(all)-1]; o.Now.Sub(now.At) < 3*c.Slice {
			o.Rate += now.Rate
		}
	}
	return o
}

// Targets are the targets by name.
func (c *Coordinator) Targets() []api.Target {
	all := []api.Target{}
	for _, t := range c.book.allTargets() {
		all = append(all, api.Target{Target: t})
	}
	b := c.book
	b.mu.Lock()
	defer b.mu.Unlock()
	at := make(map[string]*api.Target)
	for i := range all {
		t := &all[i]
		at[t.Name] = t
		t.Entries = len(b.shelfOf(t.Name).entries)
		if samples := b.samples[t.Name]; len(samples) > 0 {
			now := samples[len(samples)-1]
			t.Now = &now
		}
	}
	for _, row := range b.findings {
		t := at[row.Value.Target]
		if t == nil {
			continue
		}
		t.Findings++
		if row.Value.State.Open() {
			t.Open++
		}
	}
	return all
}

// Engines are the engines by name, with what they did in all targets.
func (c *Coordinator) Engines() []api.Engine {
	byName := make(map[string]*api.Engine)
	engine := func(name string) *api.Engine {
		if byName[name] == nil {
			byName[name] = &api.Engine{Name: name, Faults: []string{}}
		}
		return byName[name]
	}
	for _, one := range c.Contributions() {
		e := engine(one.Engine)
		e.Runs, e.Updates, e.CPU = e.Runs+one.Runs, e.Updates+one.Updates, e.CPU+one.CPU
		e.Entries, e.Findings = e.Entries+one.Entries, e.Findings+one.Findings
		if one.Fault != "" {
			e.Faults = append(e.Faults, one.Target+": "+one.Fault)
		}
	}
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	for _, w := range c.book.workers {
		for _, has := range w.Engines {
			e := engine(has.Name)
			if has.Missing == "" {
				e.Workers++
			} else {
				e.Missing = has.Missing
			}
		}
	}
	all := []api.Engine{}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		e := byName[name]
		if e.Workers > 0 {
			e.Missing = ""
		}
		all = append(all, *e)
	}
	return all
}

// Contributions are what each engine did in each target.
func (c *Coordinator) Contributions() []api.Contribution {
	all, at := []api.Contribution{}, make(map[string]int)
	var shared []store.Arm
	weights := make(map[string]float64)
	for _, t := range c.book.allTargets() {
		if !t.Gone {
			weights[t.Name] = t.Weight
		}
	}
	for _, a := range c.book.allArms() {
		at[armKey(a.Target, a.Engine)] = len(all)
		all = append(all, api.Contribution{Arm: a})
		if a.Resting.Before(time.Now()) {
			shared = append(shared, a)
		}
	}
	for key, share := range shares(shared, func(target string) float64 { return weights[target] }) {
		all[at[key]].Share = share
	}
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	for i := range all {
		all[i].Entries = c.book.shelfOf(all[i].Target).engines[all[i].Engine]
	}
	for _, row := range c.book.findings {
		if i, known := at[armKey(row.Value.Target, row.Value.Engine)]; known {
			all[i].Findings++
		}
	}
	return all
}

// Findings are the findings in short, the last filed first.
func (c *Coordinator) Findings() []api.Finding {
	all := []api.Finding{}
	for _, f := range slices.Backward(c.book.allFindings()) {
		all = append(all, api.Short(f))
	}
	return all
}

// Finding is a finding, by any of its names.
func (c *Coordinator) Finding(id string) (store.Finding, bool) {
	f, there := c.book.finding(id)
	for _, other := range c.book.allFindings() {
		if there {
			break
		}
		f, there = other, other.Knows(id)
	}
	if !there {
		return store.Finding{}, false
	}
	f, err := copyOf(f)
	return f, err == nil
}

// Builds are the builds, the newest first.
func (c *Coordinator) Builds() []store.Build {
	all := c.book.allBuilds()
	slices.Reverse(all)
	return all
}

// History is how a target developed.
func (c *Coordinator) History(target string) []store.Sample {
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	return append([]store.Sample{}, c.book.samples[target]...)
}

// Corpora are the corpora by target.
func (c *Coordinator) Corpora() []api.Corpus {
	all := []api.Corpus{}
	for _, t := range c.book.allTargets() {
		c.book.mu.Lock()
		shelf := c.book.shelfOf(t.Name)
		one := api.Corpus{Target: t.Name, Entries: len(shelf.entries), Unfit: len(shelf.unfit), Bytes: shelf.bytes, Engines: make(map[string]int), Seeds: t.Seeds + t.Regressions}
		maps.Copy(one.Engines, shelf.engines)
		c.book.mu.Unlock()
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b api.Corpus) int { return strings.Compare(a.Target, b.Target) })
	return all
}

// Refused is what does not count, the last first.
func (c *Coordinator) Refused() []store.Refusal {
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	all := append([]store.Refusal{}, c.book.refused...)
	slices.Reverse(all)
	return all
}

// Changed tells when something changes.
func (c *Coordinator) Changed() (version uint64, next <-chan struct{}) {
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	return c.book.version, c.book.changed
}
