package worker

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"battle.test/farm/store"
)

// A mirror is the farm's corpus on this machine's disk: a folder a target, a file a trace,
// named by its content.
type mirror struct {
	dir   string
	ready chan struct{} // closed when all that was there at the beginning is here

	mu    sync.Mutex
	known map[string]map[string]planted // by target, by hash
}

// A planted entry is one that may be a seed.
type planted struct {
	hash   string
	bytes  int
	worker string
	found  time.Time
}

func newMirror(dir string) *mirror {
	return &mirror{dir: dir, ready: make(chan struct{}), known: make(map[string]map[string]planted)}
}

// wait waits until the mirror is whole.
func (m *mirror) wait(ctx context.Context) error {
	select {
	case <-m.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// follow keeps the mirror like the corpus until the context ends.
func (m *mirror) follow(ctx context.Context, s *store.Store, log func(string, ...any)) {
	var once sync.Once
	said := ""
	for ctx.Err() == nil {
		err := s.Corpus.Follow(ctx, ">", m.take, m.drop, func() { once.Do(func() { close(m.ready) }) })
		if err != nil && ctx.Err() == nil && err.Error() != said {
			said = err.Error()
			log("following the corpus: %v; trying again", err)
		}
		pause(ctx, patience)
	}
}

func (m *mirror) take(row store.Row[store.Entry]) error {
	hash := store.TraceHash(row.Value.Trace)
	if store.EntryKey(row.Value.Target, row.Value.Trace) != row.Key {
		return nil // not what its name says
	}
	if row.Value.Unfit != "" {
		return m.drop(row.Key)
	}
	dir := filepath.Join(m.dir, store.Key(row.Value.Target))
	path := filepath.Join(dir, hash+".trace")
	if info, err := os.Stat(path); err != nil || info.Size() != int64(len(row.Value.Trace)) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := writeWhole(path, []byte(row.Value.Trace)); err != nil {
			return err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[row.Value.Target] == nil {
		m.known[row.Value.Target] = make(map[string]planted)
	}
	m.known[row.Value.Target][hash] = planted{hash, len(row.Value.Trace), row.Value.Worker, row.Value.Found}
	return nil
}

// drop forgets an entry that the farm has no longer. Its key has the target's as a part.
func (m *mirror) drop(key string) error {
	part, hash, _ := strings.Cut(key, ".")
	m.mu.Lock()
	defer m.mu.Unlock()
	for target, hashes := range m.known {
		if store.Key(target) == part {
			delete(hashes, hash)
		}
	}
	err := os.Remove(filepath.Join(m.dir, part, hash+".trace"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (m *mirror) has(target, hash string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, has := m.known[target][hash]
	return has
}

// seedsMax is with how many traces of the farm's an engine begins: each is run first.
const seedsMax = 1000

// seeds are the hashes of a target's entries that engines are to begin with. If there are too
// many, half of them are those that came first, whoever brought them: nobody who comes later
// can push them out, under whatever name. For the other half those who brought entries take
// turns, each with its shortest first, so that one who brings very many does not have it all.
func (m *mirror) seeds(target string) []string {
	m.mu.Lock()
	all := slices.Collect(maps.Values(m.known[target]))
	m.mu.Unlock()
	slices.SortFunc(all, func(a, b planted) int { return cmp.Or(a.found.Compare(b.found), strings.Compare(a.hash, b.hash)) })
	first := len(all)
	if len(all) > seedsMax {
		first = seedsMax / 2
	}
	var hashes []string
	for _, one := range slices.Concat(all[:first], turns(all[first:], seedsMax-first)) {
		hashes = append(hashes, one.hash)
	}
	return hashes
}

// turns lets workers put in an entry each, in turn, until there are enough.
func turns(all []planted, most int) []planted {
	slices.SortFunc(all, func(a, b planted) int { return cmp.Or(cmp.Compare(a.bytes, b.bytes), strings.Compare(a.hash, b.hash)) })
	turn, had := make(map[string]int), make(map[string]int) // by hash, and by worker
	for _, one := range all {
		turn[one.hash] = had[one.worker]
		had[one.worker]++
	}
	slices.SortStableFunc(all, func(a, b planted) int { return cmp.Compare(turn[a.hash], turn[b.hash]) })
	return all[:min(len(all), most)]
}

// read is a trace of the mirror. There is none if it was dropped meanwhile.
func (m *mirror) read(target, hash string) (trace []byte, there bool, err error) {
	trace, err = os.ReadFile(filepath.Join(m.dir, store.Key(target), hash+".trace"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return trace, err == nil, err
}

// plant puts traces of a target among the seeds of a tree of sources, and takes all others out
// that the farm brought. Files of other names are the repository's own.
func (m *mirror) plant(target, seeds string, hashes []string) error {
	wanted := make(map[string]bool)
	for _, hash := range hashes {
		wanted[hash+".trace"] = true
	}
	files, err := os.ReadDir(seeds)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, file := range files {
		switch name := file.Name(); {
		case wanted[name]:
			delete(wanted, name)
		case isHash(name):
			if err := os.Remove(filepath.Join(seeds, name)); err != nil {
				return err
			}
		}
	}
	if len(wanted) > 0 {
		if err := os.MkdirAll(seeds, 0o755); err != nil {
			return err
		}
	}
	for name := range wanted {
		trace, there, err := m.read(target, strings.TrimSuffix(name, ".trace"))
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		if err := writeWhole(filepath.Join(seeds, name), trace); err != nil {
			return err
		}
	}
	return nil
}

// isHash tells whether a file is named by its content, as engines name the traces that they
// share.
func isHash(name string) bool {
	hash, is := strings.CutSuffix(name, ".trace")
	return is && len(hash) == 32 && strings.Trim(hash, "0123456789abcdef") == ""
}

// writeWhole writes a file that is there as a whole or not at all. Those who look into the
// folder pass over names that begin with a dot.
func writeWhole(path string, content []byte) error {
	temp := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+time.Now().Format("150405.000000000"))
	err := os.WriteFile(temp, content, 0o644)
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}
