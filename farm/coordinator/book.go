package coordinator

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"

	"battle.test/farm/store"
	"battle.test/farm/vitals"
)

// A book has in memory what the store has on disk, so that it can be shown at once. All that
// the coordinator writes goes through it.
type book struct {
	store *store.Store

	mu       sync.Mutex
	current  string   // revision that is hunted in, or ""
	engines  []string // that the farm's own command knows
	builds   map[string]store.Row[store.Build]
	targets  map[string]store.Row[store.Target]
	findings map[string]store.Row[store.Finding]
	arms     map[string]store.Row[store.Arm]
	corpora  map[string]*shelf         // by target
	samples  map[string][]store.Sample // by target
	workers  []store.Worker
	fresh    map[string]int // new entries and findings of an arm that no report has counted yet
	refused  []store.Refusal
	holds    map[string]string
	version  uint64
	changed  chan struct{} // closed at the next change
}

// refusedMax is how many refusals are kept to be shown.
const refusedMax = 100

func readBook(ctx context.Context, s *store.Store) (*book, error) {
	b := &book{
		store: s, corpora: make(map[string]*shelf), samples: make(map[string][]store.Sample),
		fresh: make(map[string]int), holds: make(map[string]string), changed: make(chan struct{}),
	}
	var errs [6]error
	b.builds, errs[0] = readAll(ctx, &s.Builds)
	b.targets, errs[1] = readAll(ctx, &s.Targets)
	b.findings, errs[2] = readAll(ctx, &s.Findings)
	b.arms, errs[3] = readAll(ctx, &s.Arms)
	errs[4] = s.Corpus.Each(ctx, ">", func(row store.Row[store.Entry]) bool { b.keep(row.Key, row.Value); return true })
	samples, err := s.Samples(ctx)
	errs[5] = err
	for _, one := range samples {
		b.samples[one.Target] = append(b.samples[one.Target], one)
	}
	return b, errors.Join(errs[:]...)
}

func readAll[V any](ctx context.Context, t *store.Table[V]) (map[string]store.Row[V], error) {
	all := make(map[string]store.Row[V])
	err := t.Each(ctx, ">", func(row store.Row[V]) bool { all[row.Key] = row; return true })
	return all, err
}

// changedNow tells those who wait that something has changed. The lock is held.
func (b *book) changedNow() {
	b.version++
	close(b.changed)
	b.changed = make(chan struct{})
}

// hold notes why a duty is not done. It tells whether that is news.
func (b *book) hold(duty, why string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	was := b.holds[duty]
	if was == why {
		return false
	}
	if why == "" {
		delete(b.holds, duty)
	} else {
		b.holds[duty] = why
	}
	b.changedNow()
	return !vitals.Same(was, why)
}

func (b *book) holding(duty string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.holds[duty]
}

// refuse notes that something does not count.
func (b *book) refuse(r store.Refusal) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refused = append(b.refused, r)
	b.refused = b.refused[max(0, len(b.refused)-refusedMax):]
	b.changedNow()
}

// change reads a record, lets edit change it, and writes it, unless edit says that there is
// nothing to write. A record that another process has changed is read anew. The record that
// is returned is nobody else's.
func change[V any](ctx context.Context, b *book, t *store.Table[V], rows map[string]store.Row[V], key string, edit func(v *V, there bool) (write bool)) (V, error) {
	for {
		b.mu.Lock()
		row := rows[key]
		b.mu.Unlock()
		row.Key = key
		var err error
		if row.Value, err = copyOf(row.Value); err != nil {
			return row.Value, err
		}
		if !edit(&row.Value, row.Revision > 0) {
			return row.Value, nil
		}
		err = t.Put(ctx, &row)
		if errors.Is(err, store.ErrChanged) {
			if row, err = t.Get(ctx, key); err != nil {
				return row.Value, err
			}
			b.mu.Lock()
			rows[key] = row
			b.mu.Unlock()
			continue
		}
		if err != nil {
			return row.Value, err
		}
		b.mu.Lock()
		rows[key] = row
		b.changedNow()
		b.mu.Unlock()
		return copyOf(row.Value)
	}
}

// copyOf copies a record with all that it leads to: those who show it go on reading while it
// changes.
func copyOf[V any](v V) (V, error) {
	var fresh V
	document, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(document, &fresh)
	}
	return fresh, err
}

// look is a record of a table of the book.
func look[V any](b *book, rows map[string]store.Row[V], key string) (V, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	row, there := rows[key]
	return row.Value, there
}

// list is all records of a table of the book, in an order. They are shared: read them only.
func list[V any](b *book, rows map[string]store.Row[V], order func(a, b V) int) []V {
	b.mu.Lock()
	all := make([]V, 0, len(rows))
	for _, row := range rows {
		all = append(all, row.Value)
	}
	b.mu.Unlock()
	slices.SortFunc(all, order)
	return all
}

func (b *book) build(revision string) (store.Build, bool) { return look(b, b.builds, revision) }

func (b *book) target(name string) (store.Target, bool) { return look(b, b.targets, store.Key(name)) }

func (b *book) finding(id string) (store.Finding, bool) { return look(b, b.findings, store.Key(id)) }

// allBuilds are the builds in their order.
func (b *book) allBuilds() []store.Build {
	return list(b, b.builds, func(a, b store.Build) int { return cmp.Compare(a.Number, b.Number) })
}

// allTargets are the targets by name.
func (b *book) allTargets() []store.Target {
	return list(b, b.targets, func(a, b store.Target) int { return strings.Compare(a.Name, b.Name) })
}

// allFindings are the findings, the first filed first.
func (b *book) allFindings() []store.Finding {
	return list(b, b.findings, func(a, b store.Finding) int {
		return cmp.Or(a.Filed.Compare(b.Filed), strings.Compare(a.ID, b.ID))
	})
}

// allArms are the arms by target and engine.
func (b *book) allArms() []store.Arm {
	return list(b, b.arms, func(a, b store.Arm) int {
		return cmp.Or(strings.Compare(a.Target, b.Target), strings.Compare(a.Engine, b.Engine))
	})
}

// knownEngines are those that the farm's own command knows, installed or not.
func (b *book) knownEngines() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.engines
}

func (b *book) present() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.current
}

// armKey is the key of an engine in a target.
func armKey(target, engine string) string { return store.Key(target) + "." + store.Key(engine) }
