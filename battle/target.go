package battle

import (
	"fmt"
	"io/fs"
	"regexp"
	"testing"
	"time"
)

// A Target declares a subject, its oracle and the updates that drive both. S is
// usually a pointer to a struct that holds the two side by side.
//
// A Target is a plain value: declare it once in a package variable and hand it to
// [Fuzz], [Check], [Replay] and [Bytes]. If it can't be used, the test fails, or, where
// there is none, Bytes and its like panic, naming the type, the field and what to write
// instead.
type Target[S any] struct {
	// Name is the target's name in traces, findings and folders: lower-case
	// letters, digits and dashes.
	Name string

	// New makes a fresh subject and oracle at the start of every run. It must be
	// deterministic; a panic in it is a fault of the harness, not a finding.
	New func() S

	// Ops lists the kinds of update. The order is part of the tape's encoding
	// (not of the trace's): append new kinds at the end.
	Ops []OpKind[S]

	// Check, if set, tests the invariants. It runs after every update.
	Check func(t *T, s S)

	// Close, if set, releases what New made. It runs at the end of every run.
	Close func(s S)

	// Clone, if set, copies the subject and the oracle so that neither the copy nor the
	// original notices what happens to the other. The explorer goes back to a moment by
	// it where that is cheaper than running the updates again, and checks that it is
	// right. Copies that are kept for that are dropped without Close.
	//
	// What Clone runs is no part of the run. What a copy runs later is: one that shares memory
	// with its original, and takes its own when it writes, runs blocks of code that the
	// original does not, and is refused as another subject.
	//
	// It is seldom needed: without one, battle copies what is pure Go state by itself (see
	// the package deepcopy). Where that can't be done, the updates are run again, and the
	// explorer's report says why: the subject holds a channel, say, or the target has a
	// Close. Set Clone then, or if it can share what is large and never changes.
	Clone func(s S) S

	// Corpus holds <Name>/seeds/*.trace and <Name>/regressions/*.trace. Nil means
	// the folder testdata/battle of the package under test.
	Corpus fs.FS

	// Require lists the labels that [Check] must see often enough; see [Require].
	Require []Requirement

	// HangAfter is how long one update may take before it counts as a hang.
	// Zero means two seconds.
	HangAfter time.Duration

	// MemoryMax is the heap, in bytes, past which a run counts as a finding. The
	// heap of the whole process is measured, every 64 updates. Zero means no limit.
	MemoryMax uint64

	// Attempts is how often a trace is run before it counts as passing, when a
	// finding is confirmed, minimised or replayed. Leave it at zero (once) unless
	// the subject starts goroutines whose schedule the tape does not decide: then an
	// update must check only what holds on every schedule, and a failure that does
	// not come back is a finding all the same, marked unstable.
	Attempts int
}

// A Requirement is a label and the least share of runs that must carry it.
type Requirement struct {
	Label string  `json:"label"`
	Share float64 `json:"share"` // from 0 to 1
}

// Require asks that at least share (0 to 1) of [Check]'s runs carry the label.
// It answers what QuickCheck's checkCoverage answers: a property that holds only
// because the interesting case never came up should not look green.
func Require(label string, share float64) Requirement {
	return Requirement{Label: label, Share: share}
}

const (
	hangAfterDefault = 2 * time.Second
	kindsMax         = 256
)

var targetName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// A plan is a compiled target without its type parameter: all that the engines,
// the minimiser and the printers need.
type plan struct {
	name      string
	kinds     []*kind
	byName    map[string]*kind
	all       selector // no kind left out
	newDriver func() driver
	corpus    fs.FS
	require   []Requirement
	hangAfter time.Duration
	memoryMax uint64
	attempts  int
	harness   harness
}

// compile checks the target and makes its plan; it panics on misuse.
func compile[S any](target Target[S]) *plan {
	p, err := planOf(target)
	if err != nil {
		panic(err.Error())
	}
	return p
}

// compileFor is compile for a test, which fails on misuse: a dump of goroutines would hide
// the line that says what to write instead.
func compileFor[S any](tb testing.TB, target Target[S]) *plan {
	tb.Helper()
	p, err := planOf(target)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func planOf[S any](target Target[S]) (*plan, error) {
	misuse := func(format string, args ...any) (*plan, error) {
		return nil, fmt.Errorf("battle: target %q: %s", target.Name, fmt.Sprintf(format, args...))
	}
	switch {
	case !targetName.MatchString(target.Name):
		return misuse("the name must match %s", targetName)
	case target.New == nil:
		return misuse("New is nil: set it to the function that makes a fresh subject and oracle")
	case len(target.Ops) == 0:
		return misuse("Ops is empty: list the kinds of update, as in battle.Ops(battle.Op[*Append](1))")
	case len(target.Ops) > kindsMax:
		return misuse("%d kinds of update, the most is %d", len(target.Ops), kindsMax)
	case target.HangAfter < 0 || target.Attempts < 0:
		return misuse("HangAfter and Attempts must not be negative")
	}
	p := &plan{
		name:      target.Name,
		byName:    make(map[string]*kind),
		corpus:    target.Corpus,
		require:   target.Require,
		hangAfter: target.HangAfter,
		memoryMax: target.MemoryMax,
		attempts:  max(1, target.Attempts),
	}
	if p.hangAfter == 0 {
		p.hangAfter = hangAfterDefault
	}
	for _, r := range target.Require {
		if r.Label == "" || !(r.Share > 0 && r.Share <= 1) {
			return misuse("Require(%q, %v): want a label and a share above 0 and up to 1", r.Label, r.Share)
		}
	}
	weights := 0
	for i, op := range target.Ops {
		if op.weight < 1 {
			return misuse("update %s: weight %d, want at least 1", op.typ, op.weight)
		}
		weights += op.weight
		k, err := newKind(i, op.weight, op.typ)
		if err != nil {
			return misuse("%v", err)
		}
		if twin := p.byName[k.name]; twin != nil {
			return misuse("updates %s and %s are both named %q in traces: rename one type", twin.typ, k.typ, k.name)
		}
		p.kinds = append(p.kinds, k)
		p.byName[k.name] = k
	}
	if weights > selectorSize {
		return misuse("the weights add up to %d, the most is %d: one byte of the tape selects the update", weights, selectorSize)
	}
	p.all = newSelector(p.kinds, 0)
	for b := selectorSize - 1; b >= 0; b-- {
		p.kinds[p.all[b]].selector = byte(b)
	}
	p.harness = harnessOf(target)
	p.newDriver = func() driver { return newTyped(target) }
	return p, nil
}
