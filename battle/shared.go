package battle

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A pool is the folder through which processes that hunt in the same target exchange
// runs. A run is a trace there, so that any engine can read it, in a file that is named
// by its content: the same run is there once, and one that was cut short shows. A file
// gets its name when it is whole.
type pool struct {
	plan    *plan
	dir     string
	known   map[string]bool // files that this process wrote, or looked at
	written int64           // bytes
	Exchange
}

// Exchange counts what a process exchanged with others.
type Exchange struct {
	Shared  int    `json:"shared"`        // runs that it wrote
	Taken   int    `json:"taken"`         // runs of others that it read
	Skipped int    `json:"skipped"`       // runs that it could not write, and files that it could not use
	Why     string `json:"why,omitempty"` // of the first of those
}

func (e *Exchange) add(o Exchange) {
	e.Shared += o.Shared
	e.Taken += o.Taken
	e.Skipped += o.Skipped
	if e.Why == "" {
		e.Why = o.Why
	}
}

const (
	takenAtATime = 16        // runs: a call must not take long
	writtenMax   = 128 << 20 // bytes: what one process may fill a disk with
)

func newPool(p *plan, dir string) (*pool, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("%s: %w", EnvShared, err)
	}
	return &pool{plan: p, dir: dir, known: make(map[string]bool)}, nil
}

// sharedName is the name of a run's file.
func sharedName(trace string) string {
	sum := sha256.Sum256([]byte(trace))
	return hex.EncodeToString(sum[:16]) + ".trace"
}

func (p *pool) skip(err error) {
	p.Skipped++
	if p.Why == "" {
		p.Why = err.Error()
	}
}

// share writes a run, unless it is there.
func (p *pool) share(prog program) {
	trace := prog.String()
	name := sharedName(trace)
	if trace == "" || p.known[name] {
		return
	}
	p.known[name] = true
	path := filepath.Join(p.dir, name)
	if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && info.Size() == int64(len(trace)) {
		return // another process came to the same
	}
	if p.written += int64(len(trace)); p.written > writtenMax {
		p.skip(fmt.Errorf("a process shares at most %d MiB of traces", writtenMax>>20))
		return
	}
	if err := writeWhole(path, []byte(trace)); err != nil {
		p.skip(err)
		return
	}
	p.Shared++
}

// WriteShared puts a run into a folder that processes share, see [Hunt.Share], for a
// process that does not hunt itself. The trace must be as [Trace] writes it. It returns the
// file's path, which is the same for the same trace.
func WriteShared(dir, trace string) (path string, err error) {
	path = filepath.Join(dir, sharedName(trace))
	return path, writeWhole(path, []byte(trace))
}

// take reads runs of others that were not read before, as tapes.
func (p *pool) take() (tapes [][]byte) {
	files, err := p.unknown()
	if err != nil {
		p.skip(err)
	}
	for _, file := range files[:min(len(files), takenAtATime)] {
		p.known[file.Name()] = true
		tape, err := p.read(file)
		if err != nil {
			p.skip(err)
			continue
		}
		p.Taken++
		tapes = append(tapes, tape)
	}
	return tapes
}

// unknown lists the files that are new, by name.
func (p *pool) unknown() (files []fs.DirEntry, err error) {
	dir, err := os.Open(p.dir)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	all, err := dir.ReadDir(-1)
	for _, file := range all {
		if !p.known[file.Name()] && !strings.HasSuffix(file.Name(), tempSuffix) {
			files = append(files, file)
		}
	}
	slices.SortFunc(files, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return files, err
}

func (p *pool) read(file fs.DirEntry) (tape []byte, err error) {
	path := filepath.Join(p.dir, file.Name())
	if !file.Type().IsRegular() {
		return nil, fmt.Errorf("%s: not a file, but of type %v", path, file.Type())
	}
	one, err := p.plan.loadEntry(os.DirFS(p.dir), file.Name())
	if err != nil {
		return nil, fmt.Errorf("in %s: %w", p.dir, err)
	}
	if want := sharedName(one.prog.String()); want != file.Name() {
		return nil, fmt.Errorf("%s: cut short or changed: %d updates that would be named %s", path, len(one.prog), want)
	}
	return one.tape, nil
}

// Shares tells whether others hunt in the same target, to exchange runs with.
func (h *Hunt) Shares() bool { return h.s.pool != nil }

// Share gives others a run that is worth going on from: its updates, as they lie on a
// tape. They stay the caller's. It does nothing if nobody is there, and writes a file
// else: some 50 µs, and a microsecond an update. What goes wrong with that is counted, in
// [Exchange], and shown in the summary of the hunt.
func (h *Hunt) Share(updates []byte) {
	if h.s.pool != nil {
		h.s.pool.share(h.s.plan.decode(append(make([]byte, headerSize), updates...)))
	}
}

// Shared are runs that others have shared, but for those that it returned before and
// those that this process shared itself: the updates of each, apart, as [Hunt.Starts] has
// them, and the caller's to keep. It returns 16 at most, by name; the next call returns
// others. Files that are no such runs are counted, and skipped. It lists the folder each time, for
// about a millisecond where there are thousands, and reads at some microseconds an update.
func (h *Hunt) Shared() [][][]byte {
	if h.s.pool == nil {
		return nil
	}
	var runs [][][]byte
	for _, tape := range h.s.pool.take() {
		runs = append(runs, h.split(tape))
	}
	return runs
}
