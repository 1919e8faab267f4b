package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"battle.test/battle"
)

// A part is an engine's part in an ensemble: its jobs, and what it exchanged.
type part struct {
	engine engine
	jobs   crew // one, or the explorer's workers

	met   map[string]bool  // files that were looked at, or are of the relay
	odd   map[string]int64 // files that could not be read as runs, and their sizes then
	gave  int              // runs that it kept, and were looked at
	fresh int              // of those, what the others were given
	took  int              // runs that it was given
	left  int              // runs of its that were not looked at, or can't be used
	given int              // bytes
}

// A relay carries runs from each engine of an ensemble to every other: it reads what one
// has kept, in its own form, sees what the run shows, and writes what shows something new in
// the form of each of the others. A run that fails is carried to nobody: it is a finding
// of the one that has it.
type relay struct {
	workshop *workshop
	target   target
	parts    []*part
	look     func(context.Context, []battle.Request) ([]surveyed, error)

	meter meter // what looking has taken

	mu     sync.Mutex
	begun  bool
	looked int                 // updates, roughly
	corpus []battle.CorpusItem // that all engines begin with
	atlas  *atlas
	known  known
	told   map[[sha256.Size]byte]bool // runs that were looked at, by their traces and tapes
	why    string                     // of the first that can't be used
}

// The bounds of what a relay takes on.
const (
	entryMax   = 4 << 20  // bytes of a file
	lookedMost = 64       // runs of one engine that are looked at in a round: the newest
	waitsMost  = 1 << 10  // newer ones that a run may wait behind
	metMost    = 1 << 17  // files of one engine
	givenMost  = 64 << 20 // bytes of traces that one engine is given

	// How many updates are looked at before it is known what one takes. Where goroutines race, an
	// update is a whole race, and takes up to half a second.
	lookedFirst = 1 << 10
	racesFirst  = 1 << 4
)

// length is how many updates a run has, roughly: an update has a line, or some bytes.
func length(run battle.Request) int {
	return 1 + strings.Count(run.Trace, "\n") + len(run.Tape)/4
}

func newRelay(w *workshop, t target, parts []*part) *relay {
	r := &relay{workshop: w, target: t, parts: parts, atlas: newAtlas(nil), known: make(known), told: make(map[[sha256.Size]byte]bool)}
	r.look = func(ctx context.Context, asked []battle.Request) ([]surveyed, error) {
		return w.surveyRuns(ctx, t, asked)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	r.corpus = w.starts[fitOf(together{}, t)]
	return r
}

// An offer is a run that a part has kept.
type offer struct {
	part    *part
	path    string
	request battle.Request
}

// round carries what is new since the last one, as far as looking at it takes no more CPU
// time than is allowed; the rest waits. What goes wrong with a run is noted, and leaves the
// others alone; the error is of the test binary, or of the machine.
func (r *relay) round(ctx context.Context, allowed time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	updates := lookedFirst
	if r.target.races() {
		updates = racesFirst
	}
	if r.looked > 0 {
		updates = int(float64(r.looked) * float64(allowed) / float64(max(1, r.meter.read())))
	}
	var offers []offer
	for _, p := range r.parts {
		offers = append(offers, r.offersOf(p, updates/len(r.parts))...)
	}
	if len(offers) == 0 {
		return nil
	}
	var asked []battle.Request
	if !r.begun {
		for _, item := range r.corpus {
			asked = append(asked, battle.Request{File: item.File, Trace: item.Trace})
		}
	}
	old := len(asked)
	for _, one := range offers {
		asked = append(asked, one.request)
	}
	for _, one := range asked {
		r.looked += length(one)
	}
	found, err := r.look(r.meter.within(ctx), asked)
	if err != nil {
		return err
	}
	r.begun = true
	for _, one := range found[:old] {
		r.known.add(r.atlas.chart(one.footprint))
		r.tell("as a trace", []byte(one.answer.Trace))
	}
	fresh := r.news(offers, found[old:])
	for _, one := range asked {
		updates -= length(one)
	}
	if err := r.shorten(ctx, fresh, updates); err != nil {
		return err
	}
	for _, n := range fresh {
		for _, to := range r.parts {
			if to != n.from {
				r.give(to, n.run)
			}
		}
	}
	return nil
}

// news judges what was offered, the shortest first: what shows something new is to be given
// to all other parts.
func (r *relay) news(offers []offer, found []surveyed) (all []news) {
	order := make([]int, len(offers))
	for i := range order {
		order[i] = i
		r.judge(offers[i], found[i])
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(found[a].answer.Updates, found[b].answer.Updates) })
	for _, i := range order {
		one, run := offers[i], found[i].answer
		if found[i].err != nil || found[i].failed != "" || run.Trace == "" || !r.tell("as a trace", []byte(run.Trace)) {
			continue
		}
		fresh := r.known.fresh(r.atlas.chart(found[i].footprint))
		if len(fresh) == 0 {
			continue
		}
		r.known.add(fresh)
		one.part.fresh++
		all = append(all, news{one.part, run, r.atlas.telling(fresh)})
	}
	return all
}

// judge counts an offer, and notes what is wrong with it.
func (r *relay) judge(one offer, s surveyed) {
	one.part.gave++
	switch {
	case one.request.Tape != nil && s.answer.Updates == 0: // every tape is a run, be it of no updates
	case s.err != nil:
		r.skip(one.part, fmt.Errorf("%s: %w", one.path, s.err))
	case len(s.answer.Trace) > sourceMax:
		r.skip(one.part, fmt.Errorf("%s: as a trace it has %d bytes, want at most %d", one.path, len(s.answer.Trace), sourceMax))
	}
}

// give writes a run for a part, in its form.
func (r *relay) give(to *part, run battle.Answer) {
	s, ok := to.engine.(swapper)
	if !ok || to.given > givenMost || len(run.Trace) > sourceMax {
		return
	}
	to.given += len(run.Trace)
	path, err := s.give(r.workshop, to.jobs[0], run)
	if err != nil {
		r.skip(to, fmt.Errorf("giving a run: %w", err))
		return
	}
	to.met[path] = true
	to.took++
}

// tell notes a run in one of its forms, and tells whether it is news.
func (r *relay) tell(form string, run []byte) bool {
	sum := sha256.Sum256(append([]byte(form), run...))
	news := !r.told[sum]
	r.told[sum] = true
	return news
}

func (r *relay) skip(p *part, err error) {
	p.left++
	r.why = cmp.Or(r.why, err.Error())
}

// offersOf reads what a part has kept since it was last asked, the newest first, up to
// about so many updates.
func (r *relay) offersOf(p *part, updates int) (offers []offer) {
	s, ok := p.engine.(swapper)
	if !ok || len(p.met) > metMost {
		return nil
	}
	files := p.files(s)
	for _, one := range files[min(len(files), waitsMost):] {
		p.met[one.path] = true
		p.left++
	}
	for _, one := range files[:min(len(files), lookedMost)] {
		if updates <= 0 {
			break
		}
		request, err := one.read(s)
		switch {
		case err != nil && p.odd[one.path] != one.info.Size():
			p.odd[one.path] = one.info.Size()
			continue // it may be half written: the next look finds it whole
		case err != nil:
			r.skip(p, err)
		case r.tell("as it was kept", slices.Concat(request.Tape, []byte(request.Trace))):
			offers = append(offers, offer{p, one.path, request})
			updates -= length(request)
		}
		p.met[one.path] = true
	}
	return offers
}

// A keptFile is a file of a run that an engine has kept.
type keptFile struct {
	path string
	info fs.FileInfo
}

// files are those of a part that were not met, the newest first.
func (p *part) files(s swapper) (all []keptFile) {
	for _, dir := range s.kept(p.jobs[0]) {
		entries, _ := os.ReadDir(dir)
		for _, entry := range entries {
			path := filepath.Join(dir, entry.Name())
			if p.met[path] || strings.HasPrefix(entry.Name(), ".") || strings.HasSuffix(entry.Name(), ".tmp") {
				continue
			}
			if info, err := entry.Info(); err == nil && !info.IsDir() {
				all = append(all, keptFile{path, info})
			}
		}
	}
	slices.SortFunc(all, func(a, b keptFile) int {
		return cmp.Or(b.info.ModTime().Compare(a.info.ModTime()), strings.Compare(a.path, b.path))
	})
	return all
}

func (f keptFile) read(s swapper) (battle.Request, error) {
	switch size := f.info.Size(); {
	case !f.info.Mode().IsRegular():
		return battle.Request{}, fmt.Errorf("%s: want a file, got %v", f.path, f.info.Mode())
	case size > entryMax:
		return battle.Request{}, fmt.Errorf("%s: %d bytes, want at most %d", f.path, size, entryMax)
	}
	content, err := os.ReadFile(f.path)
	if err != nil {
		return battle.Request{}, err
	}
	return s.read(f.path, content)
}
