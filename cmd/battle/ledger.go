package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// A ledger is a file of trials, a line of JSON each, written as they end: a round that
// is interrupted after an hour goes on from there. Several rounds may write one: each line goes
// to its end at once. Without a path it keeps nothing.
type ledger struct {
	mu    sync.Mutex
	file  *os.File
	known map[entered]trial
	older map[entered]trial // by no code: the last of all in the file
	err   error             // why a trial could not be kept
}

// conditions are what trials have in common that can stand for one another.
type conditions struct {
	Code        string  `json:"code"` // a fingerprint
	Machine     string  `json:"machine"`
	Budget      float64 `json:"budget_seconds"`
	Seeds       int     `json:"seeds_wanted"`
	Regressions bool    `json:"regressions"`
}

// begin says what engines began with.
func (c conditions) begin() string {
	if c.Regressions {
		return "Every engine but rapid begins with the whole corpus of a target. Its regressions tell of some of the bugs."
	}
	return "Every engine but rapid begins with the seeds of a target's corpus, and none with its regressions: they tell of the bugs."
}

// entered is what a trial is found by.
type entered struct {
	conditions
	bug, target, engine string
}

// ofAnyCode is what trials that differ in the code alone have in common.
func (e entered) ofAnyCode() entered {
	e.Code = ""
	return e
}

// A record is a line of the file.
type record struct {
	conditions
	trial
}

func (r record) key() entered {
	return entered{r.conditions, r.Bug, r.Target, r.Engine}
}

// openLedger reads what there is, and goes on at its end. A last line without an end is
// of a round that was killed while it wrote: it gives way. Trials with a fault are made
// again, it may have been the machine's.
func openLedger(path string) (*ledger, error) {
	l := &ledger{known: make(map[entered]trial), older: make(map[entered]trial)}
	if path == "" {
		return l, nil
	}
	content, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	whole := content[:bytes.LastIndexByte(content, '\n')+1]
	n := 0
	for line := range bytes.Lines(whole) {
		n++
		var r record
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fmt.Errorf("%s:%d: not a trial: %w", path, n, err)
		}
		if r.Code == "" || r.Engine == "" || r.Target == "" {
			return nil, fmt.Errorf("%s:%d: not a trial: it does not name code, engine and target", path, n)
		}
		if r.Fault == "" {
			l.enter(r)
		}
	}
	if len(whole) < len(content) {
		if err := os.Truncate(path, int64(len(whole))); err != nil {
			return nil, err
		}
	}
	l.file, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	return l, err
}

func (l *ledger) close() {
	if l.file != nil {
		l.file.Close()
	}
}

// enter makes a trial of the file known; a later one of the same conditions takes its place.
func (l *ledger) enter(r record) {
	l.known[r.key()] = r.trial
	l.older[r.key().ofAnyCode()] = r.trial
}

// find returns the trial of these conditions, or, if an older one will do, the last of
// those that differ in the code alone.
func (l *ledger) find(under conditions, bug, target, engine string, older bool) (trial, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := entered{under, bug, target, engine}
	t, known := l.known[key]
	if !known && older {
		t, known = l.older[key.ofAnyCode()]
	}
	return t, known
}

// keep adds a trial. That it can't is said at once, and noted: the round goes on.
func (l *ledger) keep(under conditions, t trial) {
	if l.file == nil {
		return
	}
	line, err := json.Marshal(record{under, t})
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		_, err = l.file.Write(append(line, '\n'))
	}
	if err != nil && l.err == nil {
		l.err = fmt.Errorf("a trial could not be kept: %w", err)
		fmt.Fprintln(os.Stderr, "battle:", l.err)
	}
}

// fingerprint tells versions of the code in a folder apart: what is built, and the bugs
// and traces. Prose, pages and results may change while trials stay what they are.
func fingerprint(dir string) (string, error) {
	sum := sha256.New()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != dir && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case !d.Type().IsRegular() || !matters(path):
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(dir, path)
		fmt.Fprintf(sum, "%s %x\n", filepath.ToSlash(relative), sha256.Sum256(content))
		return err
	})
	return fmt.Sprintf("%x", sum.Sum(nil)[:8]), err
}

// matters tells whether trials may come out otherwise for what is in a file.
func matters(path string) bool {
	return slices.Contains([]string{".go", ".s", ".c", ".h", ".mod", ".sum", ".work", ".patch", ".trace"}, filepath.Ext(path))
}

// machine is what trials were made on.
func machine() string {
	return fmt.Sprintf("%s, %s/%s, %s, %d cores", runtime.Version(), runtime.GOOS, runtime.GOARCH, cmp.Or(processor(), "unknown processor"), runtime.NumCPU())
}

// processor names the machine's processor, as far as that is known.
func processor() string {
	content, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(content)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
