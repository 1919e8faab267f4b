package battle

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

// Fuzz is the body of a native fuzz function:
//
//	func FuzzRing(f *testing.F) { battle.Fuzz(f, Ring) }
//
// Under go test it replays the corpus, under go test -fuzz it hunts, and under the
// battle command it serves whichever engine the command asks for. A failing input is
// reported as a finding: minimal, as text and as a Go test.
func Fuzz[S any](f *testing.F, target Target[S]) {
	f.Helper()
	p := compileFor(f, target)
	s := open(f, p)
	entries, err := p.loadCorpus(s.orders.corpusKinds())
	if err != nil && !s.hunting() { // the command has said so before, and knows how the hunt is to end
		// Fuzz does nothing once a test has failed, and the good files are to run.
		defer f.Errorf("the corpus has files that can't be used:\n%v", err)
	}
	if s.hunting() && s.orders.engine == engineRapid {
		s.huntRapid(f)
		f.SkipNow()
	}
	if engine := registered[s.orders.engine]; engine != nil {
		s.huntWith(f, engine, entries)
		f.SkipNow()
	}
	for _, e := range entries {
		f.Add(e.tape)
	}
	for _, tape := range p.startingTapes(s.orders.seed) {
		f.Add(tape)
	}
	if s.hunting() {
		f.Fuzz(func(t *testing.T, tape []byte) { s.huntNative(t, tape) })
		s.report(true)
		return
	}
	shown := make(map[string]string) // the test that has printed a finding, by its name
	f.Fuzz(func(t *testing.T, tape []byte) {
		found := s.run(tape)
		if found == nil {
			return
		}
		if first := shown[found.ID]; first != "" && !fuzzing() {
			t.Fatalf("battle: the same failure as in %s: %s", first, found.Title())
		}
		shown[found.ID] = t.Name()
		t.Fatal(complaint(found, entries, tape))
	})
}

// fuzzing tells whether this is go test -fuzz. It runs what fails again and again, and
// prints what it says last.
func fuzzing() bool {
	set := flag.Lookup("test.fuzz")
	return set != nil && set.Value.String() != ""
}

// open makes the session of a test function, and serves the command if that is what
// the process was started for; then the function ends here.
func open(tb testing.TB, p *plan) *session {
	tb.Helper()
	o, err := readOrders()
	if err != nil {
		tb.Fatalf("battle: %v", err)
	}
	if !o.concerns(p) {
		tb.SkipNow()
	}
	granted := o.hold()
	function, _, _ := strings.Cut(tb.Name(), "/")
	s := newSession(p, o, caller(function))
	if o.byTurns {
		s.turns = &turns{granted: granted, dir: o.dir}
	}
	if o.engine == engineAnswer {
		if err := s.answerAll(); err != nil {
			tb.Fatalf("battle: %v", err)
		}
		tb.SkipNow()
	}
	if s.hunting() {
		if err := s.startHunting(); err != nil {
			tb.Fatalf("battle: %v", err)
		}
	}
	return s
}

// caller is the test that called battle.
func caller(function string) source {
	src := source{function: function}
	for frame := range frames(callers()) {
		if !machinery(frame.Function) {
			src.pkg, src.external = strings.CutSuffix(packageOf(frame.Function), "_test")
			src.file, src.line = frame.File, frame.Line
			break
		}
	}
	return src
}

// huntNative is one execution under go test -fuzz. Go's fuzzer stops at the first
// input that fails, so none does, unless the orders are to stop.
func (s *session) huntNative(t *testing.T, tape []byte) {
	if found := s.hunt(tape); found != nil && s.orders.stopFirst {
		t.Fatal(found.Title())
	}
}

// complaint is what a failing test prints.
func complaint(found *Finding, entries []entry, tape []byte) string {
	from := ""
	for _, e := range entries {
		if string(e.tape) == string(tape) {
			from = " in corpus file " + e.file
		}
	}
	return fmt.Sprintf("battle: a finding%s\n%s", from, found.Text())
}

// Find runs one tape and returns the finding, minimised, or nil. It is for engines
// and tools of your own.
func Find[S any](target Target[S], tape []byte) *Finding {
	p := compile(target)
	return newSession(p, orders{}, p.source("")).run(tape)
}

// source is where a harness that is not a test belongs: with the updates.
func (p *plan) source(function string) source {
	pkg, external := strings.CutSuffix(p.kinds[0].typ.PkgPath(), "_test")
	return source{pkg: pkg, external: external, function: function}
}

// Bytes makes a harness for engines that call a function with raw bytes, such as
// go-fuzz:
//
//	var ringBytes = battle.Bytes(Ring)
//
//	func FuzzRingBytes(data []byte) int { return ringBytes(data) }
//
// It returns 1 for a tape with an update in it and 0 for one that ends before, and
// panics with the finding. Under the battle command it writes the finding down
// instead, and goes on. The function is for one goroutine at a time.
func Bytes[S any](target Target[S]) func(data []byte) int {
	p := compile(target)
	var s *session
	return func(data []byte) int {
		if s == nil {
			s = openBytes(p)
		}
		if len(data) <= headerSize {
			return 0
		}
		if s.hunting() {
			if found := s.hunt(data); found != nil && s.orders.stopFirst {
				panic(found.Title())
			}
		} else if found := s.run(data); found != nil {
			panic(complaint(found, nil, nil))
		}
		return 1
	}
}

// openBytes makes the session of a harness that is not a test. What is wrong with
// the orders ends the process: there is nobody to return an error to.
func openBytes(p *plan) *session {
	o, err := readOrders()
	s := newSession(p, o, p.source("Fuzz"+exported(p.name)))
	if err == nil && s.hunting() {
		err = s.startHunting()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "battle:", err)
		os.Exit(2)
	}
	return s
}
