package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"battle.test/battle"
	"battle.test/explore"
)

// A bequest is what one engine leaves in the shared folder of a target at the end of a hunt: the
// runs that it kept in its own form, as traces. All else that it kept goes with the hunt. The
// explorer leaves none: it shares while it hunts.
//
// It comes at the end, so that engines that hunt by themselves, side by side, have nothing of
// each other.
type bequest struct {
	dir   string          // where it goes
	there map[string]bool // files that are there already, by name
	known map[string]bool // traces of the corpus, and those that were left
	size  int             // of what was left, in bytes
	battle.Exchange
}

// The bounds of what one engine leaves in a target, the newest first. Whoever takes it in has to
// run it.
const (
	bequestMost  = 1 << 10  // runs
	bequestBytes = 32 << 20 // of them together
	bequestTrace = 96 << 10 // bytes of a trace: a farm takes none that is larger

	// bequestLate is how long it may take once a hunt is told to stop.
	bequestLate = time.Second
)

// bequeath leaves in the shared folder, if there is one, what engines kept. Whatever goes wrong
// with that is counted: a hunt is worth more than its corpus.
func (h *hunt) bequeath(ctx context.Context) {
	if h.shared == "" {
		return
	}
	defer during("sharing what engines kept")()
	ctx, cancel := outlasting(ctx, bequestLate)
	defer cancel()
	for _, j := range h.jobs {
		if s, ok := j.engine.(swapper); ok && j.engine.name() != explore.Name {
			b := newBequest(filepath.Join(h.shared, j.target.Name))
			b.leave(ctx, h.workshop, s, j)
			j.mu.Lock()
			j.bequest = b.Exchange
			j.mu.Unlock()
		}
	}
}

// outlasting is a context that goes on for a while when another one ends.
func outlasting(ctx context.Context, late time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(late, cancel) })
	return longer, func() { stop(); cancel() }
}

func newBequest(dir string) *bequest {
	b := &bequest{dir: dir, there: make(map[string]bool), known: make(map[string]bool)}
	entries, _ := os.ReadDir(dir) // it may not be there yet
	for _, entry := range entries {
		b.there[entry.Name()] = true
	}
	return b
}

// leave leaves what a job's processes kept.
func (b *bequest) leave(ctx context.Context, w *workshop, s swapper, j *job) {
	requests := b.read(s, (&part{engine: s, jobs: crew{j}}).files(s))
	if len(requests) == 0 {
		return
	}
	binary, err := w.answers(ctx, w, j.target)
	if err == nil {
		// Engines keep what they began with, too.
		answer, _ := w.askBinary(ctx, binary, j.target, battle.Request{Do: "corpus"})
		for _, item := range answer.Corpus {
			b.known[item.Trace] = true
		}
		err = b.print(ctx, w, binary, j.target, requests)
	}
	if err != nil {
		b.skip(len(requests)-b.Shared-b.Skipped, err)
	}
}

// read reads files as requests, as far as the bounds allow.
func (b *bequest) read(s swapper, files []keptFile) (requests []battle.Request) {
	size := 0
	for i, file := range files {
		if len(requests) == bequestMost || size > bequestBytes {
			b.skip(len(files)-i, fmt.Errorf("of each engine the newest %d runs are shared, of %d MiB at most", bequestMost, bequestBytes>>20))
			break
		}
		request, err := file.read(s)
		if err != nil {
			b.skip(1, err)
			continue
		}
		request.File = file.path
		size += asks(request)
		requests = append(requests, request)
	}
	return requests
}

// print has the target's binary write runs as traces, and leaves those.
func (b *bequest) print(ctx context.Context, w *workshop, binary string, t target, requests []battle.Request) error {
	return w.askEach(ctx, binary, t, requests, func(i int, answer battle.Answer, died *noAnswer) (over bool, err error) {
		switch {
		case died != nil:
			b.skip(1, fmt.Errorf("%s: %w", requests[i].File, died))
		case answer.Error != "":
			b.skip(1, errors.New(answer.Error))
		case strings.TrimSpace(answer.Trace) != "" && !b.known[answer.Trace]: // a tape of no updates is nobody's find
			b.known[answer.Trace] = true
			b.put(requests[i].File, answer.Trace)
		}
		return false, nil
	})
}

// put writes a trace. One that is there already counts for who wrote it.
func (b *bequest) put(from, trace string) {
	if len(trace) > bequestTrace {
		b.skip(1, fmt.Errorf("%s: as a trace it has %d bytes, want at most %d", from, len(trace), bequestTrace))
		return
	}
	if b.size += len(trace); b.size > bequestBytes {
		b.skip(1, fmt.Errorf("%s: an engine shares at most %d MiB of traces", from, bequestBytes>>20))
		return
	}
	err := os.MkdirAll(b.dir, 0o755)
	path := ""
	if err == nil {
		path, err = battle.WriteShared(b.dir, trace)
	}
	switch {
	case err != nil:
		b.skip(1, err)
	case !b.there[filepath.Base(path)]:
		b.Shared++
	}
}

func (b *bequest) skip(runs int, err error) {
	b.Skipped += runs
	b.Why = cmp.Or(b.Why, err.Error())
}

// bequests says what engines left, below the table.
func (h *hunt) bequests() string {
	var text strings.Builder
	for _, c := range h.crews() {
		var all battle.Stats
		for _, j := range c {
			all.Add(battle.Stats{Exchange: j.bequest})
		}
		if left := all.Exchange; left.Shared+left.Skipped > 0 {
			fmt.Fprintf(&text, "%s in %s: %s shared", c[0].engine.name(), c[0].target.Name, count(left.Shared, "run"))
			if left.Skipped > 0 {
				fmt.Fprintf(&text, "; %s could not be, such as: %s", count(left.Skipped, "run"), left.Why)
			}
			text.WriteString("\n")
		}
	}
	return text.String()
}
