package battle

import (
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// Check tests the target with rapid, and then with the corpus:
//
//	func TestRing(t *testing.T) { battle.Check(t, Ring) }
//
// rapid draws the updates and their fields and shrinks what fails; a run has 300
// updates on average, where rapid's own default is 30. Give -rapid.checks,
// -rapid.steps and -rapid.seed to change what it does; without a seed, Check always
// starts from the same one, so that a test that was green stays green. Where a required label
// was missed by so little that it may be chance, there are more runs, up to ten times as many.
//
// While Check runs it holds rapid's flags: do not run it in parallel with other
// tests that use rapid.
func Check[S any](t *testing.T, target Target[S]) {
	t.Helper()
	p := compileFor(t, target)
	s := open(t, p)
	if s.hunting() {
		s.huntRapid(t)
		return
	}
	for n := uint64(0); n == 0 || n < checksMax && s.missedByChance(); n++ {
		if found := s.checkRapid(t, rapidSeed()+n); found != nil {
			t.Fatal(complaint(found, nil, nil))
		}
	}
	stats := s.stats()
	t.Logf("%s: %s", p.name, stats.Table())
	for _, gap := range stats.Gaps() {
		t.Errorf("%s: %s", p.name, gap)
	}
	s.checkCorpus(t)
}

// checksMax is how often rapid checks where chance may be why a label is missing.
const checksMax = 10

// missedByChance tells whether required labels are missing, all by what may be chance.
func (s *session) missedByChance() bool {
	gaps := s.stats().Gaps()
	return len(gaps) > 0 && !slices.ContainsFunc(gaps, func(g Gap) bool { return !g.mayBeChance() })
}

func (s *session) checkCorpus(t *testing.T) {
	entries, err := s.plan.loadCorpus(s.orders.corpusKinds())
	if err != nil {
		t.Errorf("the corpus has files that can't be used:\n%v", err)
	}
	for _, e := range entries {
		t.Run(e.file, func(t *testing.T) { s.replay(t, e.prog) })
	}
}

// rapidFlags are rapid's settings that have no other place than its flags.
var rapidFlags sync.Mutex

const (
	stepsDefault  = "300"
	shrinkDefault = "1s" // what rapid leaves is minimised once more
)

// rapidSeed is the seed that the command line gave, or 1.
func rapidSeed() uint64 {
	seed, _ := strconv.ParseUint(flag.Lookup("rapid.seed").Value.String(), 10, 64) // rapid's own flag
	return max(1, seed)
}

// setRapid sets rapid's seed, and its flags as a check wants them, except those that the command
// line gave. What it returns puts them back, and is not called by the goroutine that rapid
// runs on: that may hang, and the next check must not.
func setRapid(seed uint64) (restore func()) {
	rapidFlags.Lock()
	one := flag.Lookup("rapid.seed")
	before := map[string]string{one.Name: one.Value.String()}
	_ = one.Value.Set(strconv.FormatUint(seed, 10)) // a number is what it takes
	want := map[string]string{
		"rapid.steps":      stepsDefault,
		"rapid.shrinktime": shrinkDefault,
		"rapid.nofailfile": "true", // a finding is a trace
	}
	for name, value := range want {
		one := flag.Lookup(name)
		if now := one.Value.String(); now == one.DefValue {
			if err := one.Value.Set(value); err != nil {
				panic("battle: rapid does not take " + name + "=" + value)
			}
			before[name] = now
		}
	}
	return func() {
		for name, value := range before {
			_ = flag.Set(name, value) // it was the flag's own
		}
		rapidFlags.Unlock()
	}
}

// checkRapid lets rapid search once. It returns the finding, or nil. Once a hunt is over,
// what is left of the search does nothing.
func (s *session) checkRapid(tb testing.TB, seed uint64) *Finding {
	search := &rapidSearch{session: s}
	outcome := &rapidOutcome{TB: tb}
	defer setRapid(seed)()
	check := func() { rapid.Check(outcome, search.run) }
	if s.hunting() {
		done := make(chan struct{}) // rapid's FailNow ends the goroutine
		go func() { defer close(done); check() }()
		<-done
	} else if hang, tape := s.runner.watch(check); hang != nil {
		s.runner = newRunner(s.plan)
		return s.finding(hang, tape)
	}
	if search.failure != nil {
		return s.finding(search.failure, search.tape)
	}
	if outcome.failed {
		tb.Fatalf("battle: rapid gave up: %s", outcome.said)
	}
	return nil
}

// huntRapid searches with one seed after the other until the budget is spent.
func (s *session) huntRapid(tb testing.TB) {
	for seed := s.orders.seed*1_000_003 + 1; !s.expired(); seed++ {
		if found := s.checkRapid(tb, seed); found != nil {
			s.file(found)
		}
	}
	s.report(true)
}

// A rapidSearch is one rapid.Check.
type rapidSearch struct {
	session *session
	drawing *drawing
	record  Writer
	failure *Failure // of the smallest failing program so far
	tape    []byte
}

// run is the property: a program of updates, drawn field by field and applied one by
// one, so that drawing stops where the run fails.
func (q *rapidSearch) run(rt *rapid.T) {
	if q.session.hunting() && q.session.expired() {
		return
	}
	r := q.session.runner
	q.record = Writer{}
	q.record.Uint(0, headerSize)
	q.drawing = q.session.plan.drawing(rt, false)
	r.begin(q.record.tape)
	ended := false
	end := func() *Failure {
		ended = true
		return r.end()
	}
	defer func() {
		if ended {
			return
		}
		// Rapid abandoned the run. Or an update called runtime.Goexit: then this
		// goroutine ends, and rapid never hears of the failure.
		if f := end(); f != nil && !q.session.known[f.key()] {
			q.note(f)
		}
	}()
	if r.t.failure == nil {
		rt.Repeat(map[string]func(*rapid.T){"update": func(rt *rapid.T) {
			if r.t.failure != nil {
				return // a known failure ended the run: rapid may draw on
			}
			q.update(rt, r)
			if r.t.failure != nil {
				q.failed(rt, end())
			}
		}})
	} else {
		q.failed(rt, end())
	}
	if !ended {
		end()
	}
	q.session.maybeReport()
}

// update draws an update into the value that its kind reuses, records and applies it.
func (q *rapidSearch) update(rt *rapid.T, r *runner) {
	q.drawing.T = rt
	k := q.drawing.kind()
	one := step{kind: k, p: r.t.driver.scratch(k.index)}
	k.reset(one.p)
	k.root.draw(q.drawing, k.name, one.p)
	if err := one.encode(&q.record, &q.session.plan.all); err != nil {
		panic("battle: rapid drew a value out of range: " + err.Error())
	}
	r.now = q.record.tape
	q.session.record.put(r.now)
	r.guarded(func() { r.step(k) })
}

// failed reports a failure to rapid, unless it is known already: then rapid is to
// look for others. Its text is the failure's key, so that rapid shrinks towards the
// same failure.
func (q *rapidSearch) failed(rt *rapid.T, f *Failure) {
	if !q.session.known[f.key()] {
		q.note(f)
		rt.Fatalf("%s", f.key())
	}
}

func (q *rapidSearch) note(f *Failure) {
	q.failure, q.tape = f, slices.Clone(q.record.tape)
	q.session.pend(f, q.tape) // rapid shrinks it for seconds
}

// rapidOutcome is the test that rapid sees. It keeps rapid's report from the real
// one, which gets a finding instead.
type rapidOutcome struct {
	testing.TB
	failed bool
	said   string
}

func (o *rapidOutcome) Errorf(format string, args ...any) {
	o.failed = true
	o.said = fmt.Sprintf(format, args...)
}
func (o *rapidOutcome) Helper()                   {}
func (o *rapidOutcome) Log(...any)                {}
func (o *rapidOutcome) Logf(string, ...any)       {}
func (o *rapidOutcome) Failed() bool              { return o.failed }
func (o *rapidOutcome) Fail()                     { o.failed = true }
func (o *rapidOutcome) FailNow()                  { o.failed = true; runtime.Goexit() }
func (o *rapidOutcome) Error(args ...any)         { o.Errorf("%v", args) }
func (o *rapidOutcome) Fatal(args ...any)         { o.Fatalf("%v", args) }
func (o *rapidOutcome) SkipNow()                  { runtime.Goexit() }
func (o *rapidOutcome) Skip(...any)               { runtime.Goexit() }
func (o *rapidOutcome) Skipf(string, ...any)      { runtime.Goexit() }
func (o *rapidOutcome) Fatalf(f string, a ...any) { o.Errorf(f, a...); o.FailNow() }
