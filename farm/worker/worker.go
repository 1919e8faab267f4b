// Package worker hunts: it takes items from the farm's queue, gets the sources of their
// builds, lets the battle command hunt, and hands in what that finds.
//
// What was found lies in the worker's folder until the farm has it on disk. A worker that was
// killed finds it there when it is started again in the same folder, and hands it in then. Its
// item goes to another worker meanwhile, which does no harm: what is handed in twice is filed
// once.
//
// A worker does one item at a time, and has its sources for itself: for more cores there are
// more workers.
package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"battle.test/farm/driver"
	"battle.test/farm/store"
	"battle.test/farm/tree"
	"battle.test/farm/vitals"
	"battle.test/farm/work"
)

// Options of a worker.
type Options struct {
	Name    string // in the farm; two workers of one name take turns in its record
	Dir     string // its folder, which is nobody else's
	Engines []string
	Battle  driver.Battle
	Hold    func() string // why it should take no item, or ""
	Log     func(format string, args ...any)
}

// A Worker takes items and does them.
type Worker struct {
	Options
	store   *store.Store
	queue   *work.Queue
	tree    tree.Tree
	corpus  *mirror
	started time.Time
	news    chan struct{}      // there is something to announce
	known   map[string]fitness // by target, of who does items

	mu      sync.Mutex
	engines []store.Engine
	build   string // revision
	item    *work.Item
	since   time.Time // when the item was begun
	holding string
}

const (
	announceEvery = 15 * time.Second // a record of a worker goes after a minute
	idle          = 500 * time.Millisecond
	patience      = 2 * time.Second // between attempts at what can't be done now
)

// New makes a worker of a farm.
func New(o Options, s *store.Store, q *work.Queue) *Worker {
	return &Worker{
		Options: o, store: s, queue: q, started: time.Now(), news: make(chan struct{}, 1), known: make(map[string]fitness),
		tree:   tree.Tree{Dir: filepath.Join(o.Dir, "tree")},
		corpus: newMirror(filepath.Join(o.Dir, "corpus")),
	}
}

// Run works until the context ends, whatever is out of reach meanwhile: that is said, and
// tried again.
func (w *Worker) Run(ctx context.Context) error {
	if err := os.MkdirAll(w.Dir, 0o755); err != nil {
		return err
	}
	var all sync.WaitGroup
	all.Go(func() { w.corpus.follow(ctx, w.store, w.Log) })
	all.Go(func() { w.announce(ctx) })
	defer all.Wait()
	if err := w.prepare(ctx); err != nil {
		return err
	}
	w.serve(ctx)
	return ctx.Err()
}

// prepare waits for a build, asks for the engines, and hands in what an earlier process in
// this folder left.
func (w *Worker) prepare(ctx context.Context) error {
	return w.insist(ctx, "getting ready", func() error {
		build, err := w.newest(ctx)
		if err != nil {
			return err
		}
		root, err := w.checkOut(ctx, build)
		if err != nil {
			return err
		}
		engines, err := w.Battle.Engines(ctx, root)
		if err != nil {
			return err
		}
		w.mu.Lock()
		w.engines = nil
		for _, e := range engines {
			if len(w.Engines) == 0 || slices.Contains(w.Engines, e.Name) {
				w.engines = append(w.engines, store.Engine(e))
			}
		}
		w.mu.Unlock()
		w.tell()
		if err := w.corpus.wait(ctx); err != nil {
			return err
		}
		return w.recover(ctx, build, root)
	})
}

// newest is the last build that can be hunted in.
func (w *Worker) newest(ctx context.Context) (store.Build, error) {
	rows, err := w.store.Builds.All(ctx)
	if err != nil {
		return store.Build{}, err
	}
	var last store.Build
	for _, row := range rows {
		if b := row.Value; b.Broken == "" && b.Number > last.Number {
			last = b
		}
	}
	if last.Number == 0 {
		return last, errors.New("the farm has no build yet that works")
	}
	return last, nil
}

// insist does something until it is done or the context ends, and says once why it is not.
func (w *Worker) insist(ctx context.Context, what string, do func() error) error {
	said := ""
	for {
		err := do()
		switch {
		case err == nil:
			if said != "" {
				w.Log("%s: done", what)
			}
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case err.Error() != said:
			said = err.Error()
			w.Log("%s: %v; trying again", what, err)
		}
		pause(ctx, patience)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// serve does one item after the other.
func (w *Worker) serve(ctx context.Context) {
	said := ""
	for ctx.Err() == nil {
		why := ""
		if w.Hold != nil {
			why = w.Hold()
		}
		w.mu.Lock()
		w.holding = why
		w.mu.Unlock()
		var taken *work.Taken
		if why == "" {
			var err error
			if taken, err = w.queue.Take(ctx, w.installed()); err != nil {
				why = err.Error()
			}
		}
		if !vitals.Same(why, said) && ctx.Err() == nil {
			if said = why; why != "" {
				w.Log("holding: %s", why)
			} else {
				w.Log("going on")
			}
		}
		if taken == nil {
			pause(ctx, idle)
			continue
		}
		if err := w.do(ctx, taken); err != nil && ctx.Err() == nil {
			w.Log("%s in %s: %v", taken.Engine, taken.Target, err)
		}
	}
}

// installed are the names of the engines that are there.
func (w *Worker) installed() (names []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.engines {
		if e.Missing == "" {
			names = append(names, e.Name)
		}
	}
	return names
}

// tell has what is new announced.
func (w *Worker) tell() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// announce says every few seconds that the worker is there, and at once what it is at.
func (w *Worker) announce(ctx context.Context) {
	for ctx.Err() == nil {
		_ = w.store.Workers.Set(ctx, store.Key(w.Name), w.record()) // if it is lost, the next is not
		select {
		case <-ctx.Done():
		case <-w.news:
		case <-time.After(announceEvery):
		}
	}
	gone, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = w.store.Workers.Delete(gone, store.Key(w.Name)) // else its record goes by itself
}

func (w *Worker) record() store.Worker {
	host, _ := os.Hostname()
	w.mu.Lock()
	defer w.mu.Unlock()
	r := store.Worker{
		Name: w.Name, Host: host, Started: w.started.UTC(), Seen: time.Now().UTC(),
		Engines: slices.Clone(w.engines), Build: w.build, Holding: w.holding,
	}
	if w.item != nil {
		r.Doing = &store.Doing{Target: w.item.Target, Engine: w.item.Engine, Since: time.Since(w.since).Seconds(), Seconds: w.item.Seconds}
	}
	return r
}

// note notes what the worker is at, or nil.
func (w *Worker) note(item *work.Item) {
	defer w.tell()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.item, w.since = item, time.Now()
}

// checkOut makes the tree have a build, and returns the folder of its module.
func (w *Worker) checkOut(ctx context.Context, build store.Build) (root string, err error) {
	if !filepath.IsLocal(filepath.Join(".", filepath.FromSlash(build.Dir))) {
		return "", fmt.Errorf("the folder %q is none of the sources", build.Dir)
	}
	if w.tree.Revision() != build.Revision {
		archive, err := w.store.Source(ctx, build.Revision)
		if err != nil {
			return "", err
		}
		if err := w.tree.Set(build.Revision, archive); err != nil {
			return "", err
		}
	}
	w.mu.Lock()
	w.build = build.Revision
	w.mu.Unlock()
	return filepath.Join(w.tree.Dir, filepath.FromSlash(build.Dir)), nil
}
