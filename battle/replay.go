package battle

import "testing"

// Replay runs the given updates and fails the test if they are a finding. It is how
// a regression is kept as Go:
//
//	func TestTipBug(t *testing.T) {
//		battle.Replay(t, Ring, &Restart{Base: 315567}, &Read{From: Base, Offset: -2142, Length: 8})
//	}
//
// The finding it reports is not minimised: the author chose these updates.
func Replay[S any](t testing.TB, target Target[S], ops ...Update[S]) {
	t.Helper()
	p := compileFor(t, target)
	s := open(t, p)
	prog, err := programOf(p, ops)
	if err != nil {
		t.Fatalf("battle: %v", err)
	}
	s.replay(t, prog)
}

// ReplayTrace is [Replay] for updates in their text form, a line or a ';' apart.
func ReplayTrace[S any](t testing.TB, target Target[S], trace string) {
	t.Helper()
	p := compileFor(t, target)
	s := open(t, p)
	prog, err := p.parse("trace", []byte(trace))
	if err != nil {
		t.Fatalf("battle: %v", err)
	}
	s.replay(t, prog)
}

func (s *session) replay(t testing.TB, prog program) {
	t.Helper()
	tape, err := s.plan.encode(prog)
	if err != nil {
		t.Fatalf("battle: %v", err)
	}
	f, ran := s.attempt(tape)
	if f != nil {
		t.Fatal(complaint(newFinding(s.plan, s.source, s.plan.decode(ran), f), nil, nil))
	}
}
