package battle

import (
	"fmt"
	"math/bits"
	"slices"
	"testing"
)

// A Hunt is a target for engines that choose a run update by update, and go back to
// earlier moments of it. The explorer is one. Engines that mutate whole tapes need
// [Bytes] only.
//
// Updates are bytes here, as they lie on a tape: the hunt makes them, from choices that
// the engine's [Dice] takes, and the engine puts them together.
//
//	h.Begin()
//	updates := h.Roll(nil, kind, dice)
//	h.Extend(updates)
//	finding := h.End()
//
// A Hunt is for one goroutine.
type Hunt struct {
	s       *session
	past    *past  // of the present run, if it was resumed
	tape    []byte // of the present run, since then
	begun   bool
	entries [][]byte
	wanted  Wanted

	// What Roll and Reroll use: made anew, they would be garbage of each update, for
	// the fields' own methods take them.
	reader Reader
	writer Writer

	cutter decoder // of Cut
}

// An Engine hunts until the hunt has [Hunt.Expired].
type Engine func(h *Hunt)

// Wanted is a failure, or a run, that an engine is asked to look into, see [Request].
type Wanted struct {
	Updates [][]byte // of its trace, up to the one that failed; all of a run that need not fail
	Key     string   // what runs have in common that fail in the same way, or "" of such a run
	Length  int      // updates of the runs that are made up, at least len(Updates)
}

var registered = make(map[string]Engine)

// Register adds an engine to a test binary, under the name that BATTLE_ENGINE asks for
// it by. The battle command does it in a file that it adds to the package; so an
// ordinary test binary has no engine but those of this package.
func Register(name string, engine Engine) {
	if registered[name] != nil {
		panic("battle: engine " + name + " is registered twice")
	}
	registered[name] = engine
}

// huntWith lets a registered engine hunt.
func (s *session) huntWith(tb testing.TB, engine Engine, entries []entry) {
	h := &Hunt{s: s}
	for _, e := range entries {
		h.entries = append(h.entries, e.tape)
	}
	done := make(chan struct{})
	go func() { // an update may call runtime.Goexit
		defer close(done)
		engine(h)
	}()
	<-done
	if h.begun {
		h.End()
	}
	s.report(true)
}

// Seed is where random choices start.
func (h *Hunt) Seed() uint64 { return h.s.orders.seed }

// Expired tells whether the hunt is over: its time is up, or it was to stop at the
// first finding and has one. It also reports progress; call it every few runs.
func (h *Hunt) Expired() bool {
	h.s.maybeReport()
	return h.s.expired()
}

// Report sets what is reported of the engine's own progress.
func (h *Hunt) Report(report func() any) { h.s.progress = report }

// Deterministic tells whether the target's runs are functions of their tapes, as far as
// its author knows.
func (h *Hunt) Deterministic() bool { return h.s.plan.attempts == 1 }

// Weights are the weights of the kinds of update, by index.
func (h *Hunt) Weights() []int {
	var all []int
	for _, k := range h.s.plan.kinds {
		all = append(all, k.weight)
	}
	return all
}

// Name is the name of a kind.
func (h *Hunt) Name(kind int) string { return h.s.plan.kinds[kind].name }

// Fields is how many fields a kind has.
func (h *Hunt) Fields(kind int) int { return len(h.s.plan.kinds[kind].root.fields) }

// Entries is how many of the Starts are of the corpus.
func (h *Hunt) Entries() int { return len(h.entries) }

// Starts are runs to begin with: those of the corpus, and a few random ones. Each is the
// updates of one, apart.
func (h *Hunt) Starts() [][][]byte {
	var all [][][]byte
	for _, tape := range append(slices.Clone(h.entries), h.s.plan.startingTapes(h.s.orders.seed)...) {
		all = append(all, h.split(tape))
	}
	return all
}

// split cuts a tape into its updates.
func (h *Hunt) split(tape []byte) [][]byte {
	return apart(h.s.plan, h.s.plan.decode(tape))
}

// apart is the updates of a program, as they lie on a tape without a swarm.
func apart(p *plan, prog program) [][]byte {
	var updates [][]byte
	for _, one := range prog {
		var w Writer
		if err := one.encode(&w, &p.all); err != nil {
			panic("battle: a decoded update does not encode: " + err.Error())
		}
		updates = append(updates, w.tape)
	}
	return updates
}

// Wanted is the failure that the engine was asked about. It has no updates if there is
// none: the engine is to hunt.
func (h *Hunt) Wanted() Wanted { return h.wanted }

// Roll appends an update of a kind to updates, with fields that dice chooses.
func (h *Hunt) Roll(updates []byte, kind int, dice Dice) []byte {
	k := h.s.plan.kinds[kind]
	h.writer.tape = updates
	h.writer.Uint(uint64(k.selector), 1)
	k.root.roll(&h.writer, dice)
	return h.writer.tape
}

// Reroll appends an update that is one with a field, by its index, chosen anew.
func (h *Hunt) Reroll(updates, update []byte, field int, dice Dice) []byte {
	k := h.kind(update)
	p := h.s.runner.t.driver.scratch(k.index)
	h.reader = Reader{tape: update, pos: 1}
	k.root.decode(&h.reader, p)
	h.writer.tape = updates
	h.writer.Uint(uint64(k.selector), 1)
	k.root.reroll(&h.writer, p, field, dice)
	return h.writer.tape
}

func (h *Hunt) kind(update []byte) *kind { return h.s.plan.kinds[h.s.plan.all[update[0]]] }

// Kind is the kind of an update.
func (h *Hunt) Kind(update []byte) int { return h.kind(update).index }

// Begin begins a run, with New.
func (h *Hunt) Begin() {
	if h.begun {
		h.End()
	}
	h.open(nil)
	h.s.record.put(h.tape)
	h.s.runner.begin(h.tape)
}

// Extend applies updates, up to the first failure of the run. It reports whether there
// was none. The engine's Guide hears what they reach.
func (h *Hunt) Extend(updates []byte) bool {
	from := len(h.tape)
	h.tape = append(h.tape, updates...)
	h.s.record.extend(h.tape, from)
	return h.s.runner.extend(h.tape, from)
}

func (h *Hunt) open(p *past) {
	h.past, h.begun = p, true
	h.tape = append(h.tape[:0], make([]byte, headerSize)...)
}

// whole is the tape of the present run from its beginning.
func (h *Hunt) whole() []byte { return h.past.tape(h.tape) }

// Copies tells how [Hunt.Save] copies.
type Copies struct {
	Able  bool  // it does
	Own   bool  // battle copies, as the target has no Clone
	Bytes int   // of the last copy that battle made; a Clone's are not known
	Why   error // battle made no copy when it was last asked for one in vain, or makes none
}

// WillSave says that the engine is going to call Save. If the target has no Clone, battle
// copies subjects by itself where it can, see [battle.test/battle/deepcopy]. Up to the
// first Save it compares the subjects of all runs, to learn what belongs to none.
func (h *Hunt) WillSave() { h.s.runner.t.driver.prepare() }

// Copies tells how Save copies.
func (h *Hunt) Copies() Copies { return h.s.runner.t.driver.copies() }

// Distrust ends copies that battle makes itself: one has shown that it is not like its
// original.
func (h *Hunt) Distrust(format string, args ...any) {
	h.s.runner.t.driver.distrust(fmt.Errorf(format, args...))
}

// Save keeps the present moment of the run, for [Hunt.Resume], or returns nil if it can't:
// see [Hunt.Copies].
func (h *Hunt) Save() *State {
	clone := h.s.runner.save()
	if clone == nil {
		return nil
	}
	p := h.past
	if updates := h.tape[headerSize:]; len(updates) > 0 {
		p = &past{before: h.past, updates: slices.Clone(updates)}
		p.place = h.s.record.keep(p)
	}
	return &State{clone, p, h.Moment(), h.Labels()}
}

// Resume begins a run at a moment of an earlier one. It is false if that can't be copied
// any more; then no run has begun.
func (h *Hunt) Resume(s *State) bool {
	if h.begun {
		h.End()
	}
	h.open(s.past)
	h.s.record.resume(s.past, h.tape)
	h.s.runner.resume(s, h.tape)
	return h.s.runner.begun || h.Failed()
}

// Moment is how many updates the run has had.
func (h *Hunt) Moment() int { return h.s.runner.t.moment }

// Begun is how many updates of the run have begun: one more than Moment if the last did
// not return.
func (h *Hunt) Begun() int {
	return max(h.Moment(), int(h.s.runner.beat.Load()&(1<<momentBits-1)))
}

// Run runs a whole tape, as the engines have it that mutate bytes. It tells whether the run
// failed. A failure that is new is only noted, in the folder pending/: to minimise it takes
// longer than such an engine waits. It does not return if an update calls runtime.Goexit;
// the failure is noted all the same.
func (h *Hunt) Run(tape []byte) (failed bool) {
	h.s.noteOnly = true
	h.s.record.put(tape)
	defer func() {
		h.s.maybeReport()
		if f := h.s.runner.t.failure; f != nil {
			failed = true
			h.s.note(f, tape)
		}
	}()
	h.s.runner.tape(tape)
	return false
}

// Died notes that a process died while it ran a tape; output is what it wrote last. It
// returns what tells this death from others, see [Wanted].
func (h *Hunt) Died(tape, output []byte, err error) (key string) {
	f := deathOf(h.s.plan.decode(tape), output, err)
	h.s.note(f, tape)
	return f.key()
}

// End ends the run. If it failed, and the failure is new, it is minimised and written,
// and returned.
func (h *Hunt) End() *Finding {
	h.begun = false
	f := h.s.runner.end()
	if f == nil {
		return nil
	}
	tape := h.whole()
	if h.s.runner.copied && !h.s.known[f.key()] && newProber(h.s.plan, f).probe(tape, quiet) == nil {
		h.Distrust("a run that went on from a copy failed, and does not fail from its beginning: %s", f.Message)
		return nil
	}
	return h.s.judge(f, tape)
}

// Drop ends the run, and files nothing. It returns what tells its failure from others, as
// in [Wanted], or "" if the run passed.
func (h *Hunt) Drop() (key string) {
	h.begun = false
	if f := h.s.runner.end(); f != nil {
		return f.key()
	}
	return ""
}

// Fault files a fault of the harness, as one that is not a finding. It shows in an update of the
// present run, by its number from 1, and 0 is none: the finding's trace ends there.
func (h *Hunt) Fault(update int, format string, args ...any) {
	prog := h.s.plan.decode(h.whole())
	prog = prog[:min(update, len(prog))]
	f := &Failure{Kind: Harness, Message: fmt.Sprintf(format, args...)}
	if n := len(prog); n > 0 {
		f.Op, f.Moment = prog[n-1].kind.name, n-1
	}
	found := newFinding(h.s.plan, h.s.source, prog, f)
	h.s.sign(found)
	h.s.file(found)
}

// Failed tells whether the run has failed.
func (h *Hunt) Failed() bool { return h.s.runner.t.failure != nil }

// Guide hears from now on what updates reach. Nil is nobody.
func (h *Hunt) Guide(g Guide) { h.s.runner.t.guide = g }

// Labels is the set of labels that the present run carries, by the order in which they
// were first seen, up to the 64th.
func (h *Hunt) Labels() uint64 { return h.s.runner.t.labels.carried() }

// Trail is a hash of the labels that were marked since it was last asked for, in order.
func (h *Hunt) Trail() uint64 {
	labels := &h.s.runner.t.labels
	trail := labels.trail
	labels.trail = 0
	return trail
}

// LabelNames are the names to [Hunt.Labels].
func (h *Hunt) LabelNames(set uint64) []string {
	var names []string
	for ; set != 0; set &= set - 1 {
		names = append(names, h.s.runner.t.labels.seen[bits.TrailingZeros64(set)].name)
	}
	return names
}

// Trace writes updates as text, a line each.
func (h *Hunt) Trace(updates []byte) string {
	return h.s.plan.decode(append(make([]byte, headerSize), updates...)).String()
}
