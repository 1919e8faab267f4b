// Package exhibit is a farm that is made up: for tests, measurements and pictures of what a
// farm shows. Its findings are real ones, of planted bugs.
package exhibit

import (
	"context"
	"slices"
	"sync"
	"time"

	"battle.test/farm/api"
	"battle.test/farm/store"
)

// Now is the time in an exhibit.
var Now = time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)

// A Farm has in its fields what it shows. They are changed by [Farm.Change] alone once
// somebody looks.
type Farm struct {
	InShort  api.Overview
	Subjects []api.Target
	Crew     []api.Engine
	Arms     []api.Contribution
	Filed    []store.Finding // the last filed first
	Tried    []store.Build   // the newest first
	Curves   map[string][]store.Sample
	Traces   map[string][]store.Entry // by target, the newest first
	Refusals []store.Refusal

	hashes map[string]string // of traces

	mu      sync.Mutex
	version uint64
	changed chan struct{}
}

// Change changes something, and tells those who wait.
func (f *Farm) Change(change func(f *Farm)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
	f.version++
	if f.changed != nil {
		close(f.changed)
	}
	f.changed = make(chan struct{})
}

// locked reads something.
func locked[V any](f *Farm, read func() V) V {
	f.mu.Lock()
	defer f.mu.Unlock()
	return read()
}

// Overview is the farm in short. What can be counted is.
func (f *Farm) Overview() api.Overview {
	return locked(f, func() api.Overview {
		o := f.InShort
		o.Version = f.version
		o.States = make(map[store.State]int)
		for _, one := range f.Filed {
			o.States[one.State]++
		}
		o.Entries = 0
		for _, all := range f.Traces {
			o.Entries += len(all)
		}
		return o
	})
}

// Targets are the targets by name.
func (f *Farm) Targets() []api.Target {
	return locked(f, func() []api.Target { return slices.Clone(f.Subjects) })
}

// Engines are the engines by name.
func (f *Farm) Engines() []api.Engine {
	return locked(f, func() []api.Engine { return slices.Clone(f.Crew) })
}

// Contributions are what each engine did in each target.
func (f *Farm) Contributions() []api.Contribution {
	return locked(f, func() []api.Contribution { return slices.Clone(f.Arms) })
}

// Findings are the findings in short.
func (f *Farm) Findings() []api.Finding {
	return locked(f, func() []api.Finding {
		all := make([]api.Finding, len(f.Filed))
		for i, one := range f.Filed {
			all[i] = api.Short(one)
		}
		return all
	})
}

// Finding is one, by any of its names.
func (f *Farm) Finding(id string) (one store.Finding, there bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.Filed, func(one store.Finding) bool { return one.Knows(id) })
	if i < 0 {
		return one, false
	}
	return f.Filed[i], true
}

// Builds are the builds, the newest first.
func (f *Farm) Builds() []store.Build {
	return locked(f, func() []store.Build { return slices.Clone(f.Tried) })
}

// History is how a target developed.
func (f *Farm) History(target string) []store.Sample {
	return locked(f, func() []store.Sample { return append([]store.Sample{}, f.Curves[target]...) })
}

// Corpora are the corpora by target.
func (f *Farm) Corpora() []api.Corpus {
	return locked(f, func() []api.Corpus {
		all := []api.Corpus{}
		for _, t := range f.Subjects {
			one := api.Corpus{Target: t.Name, Engines: make(map[string]int), Seeds: t.Seeds + t.Regressions}
			for _, e := range f.Traces[t.Name] {
				one.Entries++
				one.Bytes += len(e.Trace)
				one.Engines[e.Engine]++
				if e.Unfit != "" {
					one.Unfit++
				}
			}
			all = append(all, one)
		}
		return all
	})
}

// Entries are a part of a target's corpus, the newest first.
func (f *Farm) Entries(target string, from, most int) (part []api.Entry, all int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	traces := f.Traces[target]
	part = []api.Entry{}
	for _, e := range traces[min(from, len(traces)):min(from+most, len(traces))] {
		part = append(part, api.Entry{
			Hash: f.hash(e), Updates: e.Updates, Bytes: len(e.Trace), Engine: e.Engine, Worker: e.Worker, Build: e.Build, Found: e.Found,
		})
	}
	return part, len(traces)
}

// Entry is a trace of a target's corpus.
func (f *Farm) Entry(_ context.Context, target, hash string) (e store.Entry, there bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.Traces[target], func(e store.Entry) bool { return f.hash(e) == hash })
	if i < 0 {
		return e, false, nil
	}
	return f.Traces[target][i], true, nil
}

// hash is the name of an entry.
func (f *Farm) hash(e store.Entry) string {
	if f.hashes == nil {
		f.hashes = make(map[string]string)
	}
	if f.hashes[e.Trace] == "" {
		f.hashes[e.Trace] = store.TraceHash(e.Trace)
	}
	return f.hashes[e.Trace]
}

// Refused is what does not count.
func (f *Farm) Refused() []store.Refusal {
	return locked(f, func() []store.Refusal { return append([]store.Refusal{}, f.Refusals...) })
}

// Outcomes are those of builds.
func (f *Farm) Outcomes() map[string]map[store.Outcome]int {
	return locked(f, func() map[string]map[store.Outcome]int { return api.Outcomes(slices.Values(f.Filed)) })
}

// Changed tells when something changes.
func (f *Farm) Changed() (version uint64, next <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.changed == nil {
		f.changed = make(chan struct{})
	}
	return f.version, f.changed
}

// target finds one by its name, to be changed.
func (f *Farm) target(name string) *api.Target {
	i := slices.IndexFunc(f.Subjects, func(t api.Target) bool { return t.Name == name })
	return &f.Subjects[i]
}

// revision is a hash that looks like one.
func revision(of string) string { return (store.TraceHash(of) + store.TraceHash(of+"again"))[:40] }
