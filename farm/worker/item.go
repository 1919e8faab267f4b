package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"battle.test/battle"

	"battle.test/farm/driver"
	"battle.test/farm/store"
	"battle.test/farm/work"
)

// do does an item: hunts, and hands in what it leads to. The item is out of the queue when
// that is on the farm's disk, and not before.
func (w *Worker) do(ctx context.Context, taken *work.Taken) error {
	w.note(&taken.Item)
	defer w.note(nil)
	stop := beat(ctx, taken)
	defer stop()
	report, err := w.hunt(ctx, taken.Item)
	if ctx.Err() != nil {
		return errors.Join(ctx.Err(), taken.Return())
	}
	if err != nil {
		report.Fault = err.Error()
	}
	report.Source, report.Delivery, report.Of.At = w.source(taken.Item), taken.Delivery, time.Now().UTC()
	report.Of.Build, report.Of.Worker = taken.Build, w.Name
	err = w.insist(ctx, "reporting", func() error { return w.queue.Report(ctx, report) })
	if err != nil {
		return err
	}
	if err := os.RemoveAll(w.folder(taken.Item)); err != nil {
		return err
	}
	return taken.Done(ctx)
}

// beat says that the worker is at an item until stop is called.
func beat(ctx context.Context, taken *work.Taken) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		for ctx.Err() == nil {
			pause(ctx, work.BeatEvery)
			if ctx.Err() == nil {
				_ = taken.Beat() // the server may be lost for a while
			}
		}
	}()
	return cancel
}

func (w *Worker) source(item work.Item) work.Source {
	return work.Source{Item: item.ID, Worker: w.Name, Build: item.Build, Engine: item.Engine, Target: item.Target}
}

// folder is where an item's findings lie until the farm has them.
func (w *Worker) folder(item work.Item) string {
	return filepath.Join(w.Dir, "items", store.Key(item.ID))
}

// shared is where engines put the traces of a target that led to something new.
func (w *Worker) shared(target string) string { return filepath.Join(w.Dir, "shared", target) }

// hunt hunts for an item, and hands in findings while it does, and traces at the end.
func (w *Worker) hunt(ctx context.Context, item work.Item) (report work.Report, err error) {
	build, t, err := w.subject(ctx, item)
	if err != nil {
		return report, err
	}
	root, err := w.checkOut(ctx, build)
	if err != nil {
		return report, err
	}
	folder := w.folder(item)
	if err := w.begin(item, folder); err != nil {
		return report, err
	}
	corpus := filepath.Join(root, filepath.FromSlash(t.Corpus))
	seeds, err := w.fitting(ctx, t, build.Revision, root)
	if err != nil {
		return report, err
	}
	if err := w.corpus.plant(item.Target, filepath.Join(corpus, "seeds"), seeds); err != nil {
		return report, err
	}
	claimed := make(map[string]bool)
	stop := w.claimWhile(ctx, item, folder, claimed)
	outcome, err := w.Battle.Hunt(ctx, root, driver.Hunt{
		Package: item.Package, Target: item.Target, Engine: item.Engine, Seed: item.Seed,
		Time: time.Duration(item.Seconds * float64(time.Second)), Findings: filepath.Join(folder, "findings"), Shared: filepath.Join(w.Dir, "shared"),
	})
	stop()
	if claims := w.insist(ctx, "handing in findings", func() error { return w.claimAll(ctx, item, folder, claimed) }); claims != nil {
		return report, claims
	}
	if ctx.Err() == nil {
		err = errors.Join(err, w.gather(ctx, item, t, root, corpus))
	}
	return reportOf(outcome), err
}

// begin notes whose findings the folder is for, for a process that finds it after this one was
// killed.
func (w *Worker) begin(item work.Item, folder string) error {
	if err := os.MkdirAll(filepath.Join(folder, "findings"), 0o755); err != nil {
		return err
	}
	if err := os.MkdirAll(w.shared(item.Target), 0o755); err != nil {
		return err
	}
	document, err := json.Marshal(item)
	if err != nil {
		return err
	}
	return writeWhole(filepath.Join(folder, "item.json"), document)
}

// subject finds the build and the target of an item in the store.
func (w *Worker) subject(ctx context.Context, item work.Item) (store.Build, store.Target, error) {
	build, err := w.store.Builds.Get(ctx, item.Build)
	if err != nil {
		return store.Build{}, store.Target{}, err
	}
	t, err := w.store.Targets.Get(ctx, store.Key(item.Target))
	switch {
	case err != nil:
		return store.Build{}, store.Target{}, err
	case build.Revision == 0:
		return store.Build{}, store.Target{}, fmt.Errorf("the farm has no build %s", item.Build)
	case t.Revision == 0:
		return store.Build{}, store.Target{}, fmt.Errorf("the farm has no target %s", item.Target)
	case !filepath.IsLocal(filepath.FromSlash(t.Value.Corpus)):
		return store.Build{}, store.Target{}, fmt.Errorf("the folder %q is none of the sources", t.Value.Corpus)
	}
	return build.Value, t.Value, nil
}

func reportOf(o driver.Outcome) work.Report {
	r := work.Report{Seconds: o.Seconds, CPU: o.CPU, Runs: o.Stats.Runs, Updates: o.Stats.Updates, Fault: o.Fault, Note: o.Note}
	e := o.Explored
	r.Of = store.Report{Covered: e.Covered, Blocks: e.Blocks, Moments: e.Moments, Doomed: e.Doomed, Traits: e.Traits, Expected: e.Expected, Unreached: e.Unreached}
	for _, op := range o.Stats.Ops {
		if op.Count == 0 {
			r.Of.Never = append(r.Of.Never, op.Name)
		}
	}
	r.Of.Trim()
	if o.Seconds > 0 {
		r.Of.Rate = float64(o.Stats.Updates) / o.Seconds
	}
	return r
}

// claimWhile hands in findings as they come, until stop is called.
func (w *Worker) claimWhile(ctx context.Context, item work.Item, folder string, claimed map[string]bool) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			pause(ctx, time.Second)
			_ = w.claimAll(ctx, item, folder, claimed) // what fails is tried again, and at the end in earnest
		}
	}()
	return func() { cancel(); <-done }
}

// claimAll hands in what is in the folder of findings. What was handed in already is noted in
// claimed, by file and size: a shorter trace takes the file's name.
func (w *Worker) claimAll(ctx context.Context, item work.Item, folder string, claimed map[string]bool) error {
	files, err := filepath.Glob(filepath.Join(folder, "findings", "*.json"))
	if err != nil {
		return err
	}
	for _, file := range files {
		found, err := battle.ReadFinding(file)
		if err != nil || found.Kind == battle.Harness {
			continue // half written, or a fault that the report has
		}
		trace := strings.Join(found.Trace, "\n")
		mark := file + " " + store.TraceHash(trace)
		if claimed[mark] {
			continue
		}
		if len(trace) > work.TraceBytesMax {
			w.Log("%s: its trace has %d bytes, a claim takes %d", found.ID, len(trace), work.TraceBytesMax)
		} else if err := w.queue.Claim(ctx, work.Claim{Source: w.source(item), Found: *found}); err != nil {
			return err
		}
		claimed[mark] = true
	}
	return nil
}

// gather merges what engines shared into the corpus of the tree, and hands in what that kept.
// What was shared goes last: a process that is killed before leaves it to the next.
func (w *Worker) gather(ctx context.Context, item work.Item, t store.Target, root, corpus string) error {
	shared := w.shared(item.Target)
	files, err := filepath.Glob(filepath.Join(shared, "*.trace")) // others are half written
	if err != nil {
		return err
	}
	if len(files) > 0 {
		target := driver.Target{Package: t.Package, Corpus: corpus}
		target.Description.Target = t.Name
		if _, err := w.Battle.Merge(ctx, root, target, shared); err != nil {
			return err
		}
	}
	if err := w.insist(ctx, "handing in traces", func() error { return w.enterAll(ctx, item, corpus) }); err != nil {
		return err
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// enterAll hands in those seeds of a tree that were merged and that the farm does not have.
func (w *Worker) enterAll(ctx context.Context, item work.Item, corpus string) error {
	files, err := os.ReadDir(filepath.Join(corpus, "seeds"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, file := range files {
		hash := strings.TrimSuffix(file.Name(), ".trace")
		if !isHash(file.Name()) || w.corpus.has(item.Target, hash) {
			continue
		}
		trace, err := os.ReadFile(filepath.Join(corpus, "seeds", file.Name()))
		if err != nil {
			return err
		}
		if len(trace) > work.TraceBytesMax {
			w.Log("%s: a trace of %d bytes, the farm takes %d", file.Name(), len(trace), work.TraceBytesMax)
			continue
		}
		if err := w.queue.Enter(ctx, work.Entry{Source: w.source(item), Trace: string(trace)}); err != nil {
			return err
		}
	}
	return nil
}

// recover hands in what a process before this one had, when it was killed.
func (w *Worker) recover(ctx context.Context, build store.Build, root string) error {
	notes, err := filepath.Glob(filepath.Join(w.Dir, "items", "*", "item.json"))
	if err != nil {
		return err
	}
	for _, note := range notes {
		folder := filepath.Dir(note)
		document, err := os.ReadFile(note)
		if err != nil {
			return err
		}
		var item work.Item
		if err := json.Unmarshal(document, &item); err != nil {
			w.Log("%s: %v", note, err)
			continue
		}
		if err := w.claimAll(ctx, item, folder, make(map[string]bool)); err != nil {
			return err
		}
		if err := os.RemoveAll(folder); err != nil {
			return err
		}
	}
	targets, err := w.store.Targets.All(ctx)
	if err != nil {
		return err
	}
	for _, row := range targets {
		t := row.Value
		left, err := os.ReadDir(w.shared(t.Name))
		if err != nil || len(left) == 0 || t.Gone {
			continue
		}
		// Which engine it was is not known any more: nobody gets the credit.
		item := work.Item{ID: "recovered", Target: t.Name, Build: build.Revision}
		if err := w.gather(ctx, item, t, root, filepath.Join(root, filepath.FromSlash(t.Corpus))); err != nil {
			w.Log("what was left of %s: %v", t.Name, err)
		}
	}
	return nil
}
