package battle

import (
	"fmt"
	"os"
	"path/filepath"
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

	// For hunting: with findings written and the engine kept going.
	known    map[string]bool // keys of failures that are already findings
	findings []string        // their IDs
	pending  string          // file of the one that is being minimised, or ""
	reported time.Time
	record   *recorder
}

func newSession(p *plan, o orders, src source) *session {
	src.variable = o.variable
	return &session{
		plan: p, orders: o, source: src, started: time.Now(),
		runner: newRunner(p), known: make(map[string]bool),
	}
}

func (s *session) hunting() bool { return s.orders.dir != "" }

// run runs a tape under the watchdog and returns the finding, or nil.
func (s *session) run(tape []byte) *Finding {
	var f *Failure
	hang, hungTape := s.runner.watch(func() { f = s.runner.tape(tape) })
	if hang != nil {
		s.runner = newRunner(s.plan)
		return s.finding(hang, hungTape)
	}
	if f == nil {
		return nil
	}
	return s.finding(f, tape)
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
	found.Runs, found.Updates = s.runner.stats.runs, s.runner.stats.updates
	found.Elapsed = Duration(time.Since(s.started))
}

func (s *session) minimal(f *Failure, tape []byte) *Finding {
	original := s.plan.decode(tape)
	if f.Kind == Hang || f.Kind == Death {
		return s.minimalIsolated(f, original)
	}
	p := &prober{plan: s.plan, runner: newRunner(s.plan), want: f}
	p.runner.t.quiet = true
	fails := p.confirm(tape)
	if fails == 0 {
		f.Kind, f.Message = Harness, fmt.Sprintf(
			"not deterministic: the same tape failed once, then passed %d times. A run must be a function of its tape: no clock, no random numbers, no map order, no goroutines left running (or set Target.Attempts). What failed was: %s",
			confirmRuns*s.plan.attempts, f.Message)
		return newFinding(s.plan, s.source, original, f)
	}
	m := &minimiser{prog: original, fails: p.fails, limit: p.limit()}
	p.runner.watch(func() { m.minimise() })
	shortest := s.plan.decode(p.shortest)
	full := p.again(p.shortest)
	if full == nil { // a matter of the schedule: keep what is known
		full = f
		full.Moment = max(0, len(shortest)-1)
	}
	found := newFinding(s.plan, s.source, shortest, full)
	found.Original, found.Tried, found.Unstable = len(original), m.runs, fails < confirmRuns
	return found
}

// confirmRuns is how often a failure is run again before it is believed.
const confirmRuns = 3

// A prober runs candidates of the minimiser and keeps the last that failed.
type prober struct {
	plan     *plan
	runner   *runner
	want     *Failure
	writer   Writer
	shortest []byte
}

// confirm counts how many of confirmRuns tries fail as wanted.
func (p *prober) confirm(tape []byte) (fails int) {
	p.shortest = tape
	for range confirmRuns {
		if p.once(tape) {
			fails++
		}
	}
	return fails
}

func (p *prober) once(tape []byte) bool {
	for range p.plan.attempts {
		if p.runner.tape(tape).same(p.want) {
			return true
		}
	}
	return false
}

// fails runs a program from its tape, so that updates that change themselves in
// Apply do not spoil the candidate.
func (p *prober) fails(prog program) bool {
	p.writer.tape = p.writer.tape[:0]
	p.writer.Uint(0, headerSize)
	for _, s := range prog {
		if err := s.encode(&p.writer, p.plan); err != nil {
			panic("battle: a candidate of the minimiser is out of range: " + err.Error())
		}
	}
	if !p.once(p.writer.tape) {
		return false
	}
	p.shortest = append([]byte(nil), p.writer.tape...)
	return true
}

// limit bounds minimising where each candidate takes many attempts.
func (p *prober) limit() int {
	const candidatesMax = 400
	if p.plan.attempts > 1 {
		return candidatesMax
	}
	return 0
}

// again runs the tape once more for its texts.
func (p *prober) again(tape []byte) *Failure {
	r := newRunner(p.plan)
	for range p.plan.attempts * confirmRuns {
		if f := r.tape(tape); f.same(p.want) {
			return f
		}
	}
	return nil
}

// hunt runs a tape for an engine that must not stop: a finding is written, and later
// failures of the same key pass silently. It returns the finding if it is new.
func (s *session) hunt(tape []byte) *Finding {
	s.record.put(tape)
	f := s.runner.tape(tape)
	s.maybeReport()
	return s.judge(f, tape)
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
	if _, err := found.Write(filepath.Join(s.orders.dir, "findings")); err != nil {
		fmt.Fprintf(os.Stderr, "battle: the finding could not be written: %v\n%s\n", err, found.markedTrace())
		os.Exit(2)
	}
	s.pended()
	s.report(false)
}

// startHunting prepares the exchange folder and a watchdog for the whole session. A
// hang ends the process: nothing else ends a goroutine that does not return.
func (s *session) startHunting() error {
	var err error
	if s.record, err = newRecorder(s.orders.dir); err != nil {
		return err
	}
	go s.guard()
	return nil
}

func (s *session) guard() {
	forever := make(chan struct{}) // the session hunts until the process ends
	hang, tape := s.runner.watch(func() { <-forever })
	s.pend(hang, tape)
	found := s.minimalIsolated(hang, s.plan.decode(tape))
	s.sign(found)
	if _, err := found.Write(filepath.Join(s.orders.dir, "findings")); err != nil {
		fmt.Fprintln(os.Stderr, "battle: the finding could not be written:", err)
	}
	s.pended()
	os.Exit(ExitRestart)
}
