package battle

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"
)

// A session is one target under one engine in one process: it runs tapes, and turns
// failures into findings.
type session struct {
	plan    *plan
	orders  orders
	source  source
	runner  *runner
	started time.Time
	before  time.Duration // CPU time of the process, then

	// For hunting: with findings written and the engine kept going.
	known    map[string]bool // keys of failures that are already findings
	findings []string        // their IDs
	pending  string          // file of the one that is being minimised, or ""
	reported time.Time
	looked   uint64     // the run after which the clock was last read for a report
	progress func() any // of a registered engine
	record   *recorder
	pool     *pool  // nil: nobody to share runs with
	turns    *turns // nil: it hunts without rest
	noteOnly bool   // findings are left to the command to minimise
}

func newSession(p *plan, o orders, src source) *session {
	src.variable, src.bug = o.variable, o.bug
	return &session{
		plan: p, orders: o, source: src, started: time.Now(), before: cpuTime(),
		runner: newRunner(p), known: make(map[string]bool),
	}
}

func (s *session) hunting() bool { return s.orders.dir != "" }

// sleepsMax bounds the time of the clock for some CPU time.
const sleepsMax = 10

// spent is how much of its time the session has had: of the clock if it hunts, unless its
// budget is CPU time, which is that of all its threads and of its start. Whoever asks for an
// answer is to get the same one on a machine that is busy with others: then CPU time counts
// where it is less. It is never less than a part of the clock's, for a subject that sleeps.
func (s *session) spent() time.Duration {
	clock := time.Since(s.started)
	switch {
	case !s.hunting():
		return min(clock, max(cpuTime()-s.before, clock/sleepsMax))
	case s.orders.inCPU:
		return max(cpuTime(), clock/sleepsMax)
	}
	return clock
}

// expired tells whether a hunt is over.
func (s *session) expired() bool {
	over := s.turns != nil && s.turns.last || s.turns == nil && s.spent() >= s.orders.budget
	return over || s.orders.stopFirst && len(s.findings) > 0
}

// run runs a tape under the watchdog and returns the finding, or nil.
func (s *session) run(tape []byte) *Finding {
	f, ran := s.once(tape)
	if f == nil {
		return nil
	}
	return s.finding(f, ran)
}

// once runs a tape under the watchdog, on a goroutine that the run may end. It returns
// the failure, or nil, and the tape up to it if it is a hang.
func (s *session) once(tape []byte) (f *Failure, ran []byte) {
	hang, hungTape := s.runner.watch(func() { s.runner.tape(tape) })
	if hang != nil {
		s.runner = newRunner(s.plan)
		return hang, hungTape
	}
	return s.runner.t.failure, tape
}

// finding confirms a failure, minimises it, and describes the shortest form.
func (s *session) finding(f *Failure, tape []byte) *Finding {
	found := s.minimal(f, tape)
	s.sign(found)
	return found
}

// sign says how the finding was come by.
func (s *session) sign(found *Finding) {
	found.Engine, found.Seed = s.orders.engine, s.orders.seed
	found.Runs, found.Updates = s.runner.stats.runs, s.runner.stats.updates()
	found.Elapsed = Duration(time.Since(s.started))
}

func (s *session) minimal(f *Failure, tape []byte) *Finding {
	original := s.plan.decode(tape)
	switch {
	case f.Kind == Hang || f.Kind == Death:
		return s.minimalIsolated(f, original)
	case len(original) == 0: // New hangs
		return newFinding(s.plan, s.source, original, f)
	}
	if s.plan.attempts > 1 {
		return s.minimalScheduled(f, original)
	}
	p := newProber(s.plan, f)
	fails := p.confirm(tape)
	if fails == 0 {
		f.Kind, f.Message = Harness, fmt.Sprintf(
			"not deterministic: the same tape failed once, then passed %d times. A run must be a function of its tape: no clock, no random numbers, no map order, nothing kept from an earlier run, no goroutines left running (or set Target.Attempts). What failed was: %s",
			confirmRuns, f.Message)
		return newFinding(s.plan, s.source, original, f)
	}
	m := &minimiser{prog: original, fails: p.fails, kinds: s.plan.kinds}
	m.minimise()
	shortest := s.plan.decode(p.shortest)
	full := p.again()
	unstable := fails < confirmRuns || full == nil
	if full == nil { // it does not fail every time: keep what is known
		full = f
		full.Moment = max(0, len(shortest)-1)
	}
	found := newFinding(s.plan, s.source, shortest, full)
	found.Original, found.Tried, found.Unstable = len(original), m.runs, unstable
	return found
}

// hunt runs a tape for an engine that must not stop: a finding is written, and later
// failures of the same key pass silently. It returns the finding if it is new.
func (s *session) hunt(tape []byte) (found *Finding) {
	s.record.put(tape)
	defer func() { // a run that calls runtime.Goexit ends this goroutine
		s.maybeReport()
		found = s.judge(s.runner.t.failure, tape)
	}()
	s.runner.tape(tape)
	return nil
}

// judge files a failure unless it is known.
func (s *session) judge(f *Failure, tape []byte) *Finding {
	if f == nil || s.known[f.key()] {
		return nil
	}
	s.known[f.key()] = true
	tape = append([]byte(nil), tape...)
	s.pend(f, tape)
	found := s.finding(f, tape)
	s.file(found)
	return found
}

// pend keeps a failure in the exchange folder while it is minimised, for the command
// to find if the process is ended before that is done.
func (s *session) pend(f *Failure, tape []byte) {
	if !s.hunting() || s.pending != "" {
		return
	}
	found := newFinding(s.plan, s.source, s.plan.decode(tape), f)
	s.sign(found)
	var err error
	if s.pending, err = found.Write(filepath.Join(s.orders.dir, "pending")); err != nil {
		fmt.Fprintln(os.Stderr, "battle: a finding could not be kept while it is minimised:", err)
	}
}

// note is pend for a failure that stays there: the command minimises it.
func (s *session) note(f *Failure, tape []byte) {
	if s.known[f.key()] {
		return
	}
	s.known[f.key()] = true
	s.pend(f, tape)
	s.pending = ""
}

// pended ends that: the finding is written.
func (s *session) pended() {
	if s.pending != "" {
		os.Remove(s.pending)
		os.Remove(strings.TrimSuffix(s.pending, ".txtar") + ".json")
		s.pending = ""
	}
}

// file writes a finding into the exchange folder and tells the command.
func (s *session) file(found *Finding) {
	s.known[found.Failure.key()] = true
	s.findings = append(s.findings, found.ID)
	s.report(false) // first: the finding may be all that the command waits for
	if _, err := found.Write(filepath.Join(s.orders.dir, "findings")); err != nil {
		fmt.Fprintf(os.Stderr, "battle: the finding could not be written: %v\n%s\n", err, found.markedTrace())
		os.Exit(2)
	}
	s.pended()
}

// startHunting prepares the exchange folder and a watchdog for the whole session. A
// hang ends the process: nothing else ends a goroutine that does not return.
func (s *session) startHunting() error {
	var err error
	if s.record, err = newRecorder(s.orders.dir); err != nil {
		return err
	}
	if s.orders.shared != "" {
		if s.pool, err = newPool(s.plan, s.orders.shared); err != nil {
			return err
		}
	}
	guarded := make(chan struct{})
	go s.guard(guarded)
	<-guarded                 // its goroutines are there before any run counts its own
	if s.plan.attempts == 1 { // where the schedule decides, the collector's part in it is welcome
		debug.SetGCPercent(max(huntingGC, debug.SetGCPercent(-1)))
	}
	if s.turns != nil {
		s.turns.await()
	}
	return nil
}

// huntingGC lets more garbage gather than Go's default of 100 %: runs leave much of it,
// and little that lives, so that a hunt would spend a third of its time collecting.
const huntingGC = 800

func (s *session) guard(begun chan<- struct{}) {
	forever := make(chan struct{}) // the session hunts until the process ends
	hang, tape := s.runner.watch(func() { close(begun); <-forever })
	s.pend(hang, tape)
	if s.noteOnly {
		os.Exit(ExitRestart)
	}
	found := s.minimalIsolated(hang, s.plan.decode(tape))
	s.sign(found)
	if found.Unstable && s.runner.copied {
		fmt.Fprintln(os.Stderr, "battle: a run that went on from a copy hangs, and does not hang from its beginning: give the target a Clone")
	} else if _, err := found.Write(filepath.Join(s.orders.dir, "findings")); err != nil {
		fmt.Fprintln(os.Stderr, "battle: the finding could not be written:", err)
	}
	s.pended()
	os.Exit(ExitRestart)
}
