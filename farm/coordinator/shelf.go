package coordinator

import (
	"context"
	"strings"
	"unique"

	"battle.test/farm/api"
	"battle.test/farm/store"
)

// A shelf is a target's corpus, without its traces: what is shown of a hundred thousand entries
// is asked for over and over, and counted as they come.
type shelf struct {
	at      map[string]int // index in entries, by key
	entries []api.Entry    // the oldest first
	bytes   int
	engines map[string]int // entries by who was the first to bring them
	unfit   map[string]bool
}

// put notes an entry, once, and whether it fits.
func (s *shelf) put(key string, e store.Entry) {
	if delete(s.unfit, key); e.Unfit != "" {
		s.unfit[key] = true
	}
	if _, there := s.at[key]; there {
		return
	}
	s.at[key] = len(s.entries)
	_, hash, _ := strings.Cut(key, ".")
	// Few engines, workers and builds bring many entries: each name is in memory once.
	one := func(name string) string { return unique.Make(name).Value() }
	s.entries = append(s.entries, api.Entry{
		Hash: hash, Updates: e.Updates, Bytes: len(e.Trace), Engine: one(e.Engine), Worker: one(e.Worker), Build: one(e.Build), Found: e.Found,
	})
	s.bytes += len(e.Trace)
	s.engines[e.Engine]++
}

// shelfOf is the corpus of a target; one that has none is empty. The lock is held.
func (b *book) shelfOf(target string) *shelf {
	if s := b.corpora[target]; s != nil {
		return s
	}
	return &shelf{}
}

// keep notes an entry of the corpus. The lock is held, or nobody else there yet.
func (b *book) keep(key string, e store.Entry) {
	if b.corpora[e.Target] == nil {
		b.corpora[e.Target] = &shelf{at: make(map[string]int), engines: make(map[string]int), unfit: make(map[string]bool)}
	}
	b.corpora[e.Target].put(key, e)
}

// Entries are a part of a target's corpus, the newest first.
func (c *Coordinator) Entries(target string, from, most int) (part []api.Entry, all int) {
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	entries := c.book.shelfOf(target).entries
	all = len(entries)
	from = min(max(0, from), all)
	part = []api.Entry{}
	for i := range min(max(0, most), all-from) {
		part = append(part, entries[all-1-from-i])
	}
	return part, all
}

// Entry is an entry with its trace, from the store.
func (c *Coordinator) Entry(ctx context.Context, target, hash string) (e store.Entry, there bool, err error) {
	key := store.Key(target) + "." + hash
	c.book.mu.Lock()
	_, there = c.book.shelfOf(target).at[key]
	c.book.mu.Unlock()
	if !there { // what is no hash is not asked for
		return e, false, nil
	}
	row, err := c.store.Corpus.Get(ctx, key)
	return row.Value, row.Revision > 0, err
}

// Outcomes are how many findings each build had of each outcome.
func (c *Coordinator) Outcomes() map[string]map[store.Outcome]int {
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	return api.Outcomes(func(yield func(store.Finding) bool) {
		for _, row := range c.book.findings {
			if !yield(row.Value) {
				return
			}
		}
	})
}
