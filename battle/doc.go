// Package battle battle-tests stateful systems. A test author declares a subject,
// its oracle and the updates that drive both, once; every engine then hunts for a
// difference between the two.
//
// # The one idea
//
//	byte stream (tape) -> state updates (ops) -> subject and oracle -> first difference
//
// A run is a pure function of its tape: which update comes next and its arguments are
// read from it, and nothing else decides anything. So the same tape replays a run, a
// prefix of it rewinds the run, and another suffix branches it. Whatever mutates bytes
// can drive whatever is described here.
//
// # Declaring a target
//
// An update is a struct; its exported fields are its arguments, and a tag gives their
// range. Apply runs it on the subject and the oracle and compares what they answer:
//
//	type Push struct {
//		Value uint8
//	}
//
//	func (p *Push) Apply(t *battle.T, s *pair) {
//		s.deque.PushBack(p.Value)
//		s.model = append(s.model, p.Value)
//	}
//
//	type Pop struct{}
//
//	func (*Pop) Apply(t *battle.T, s *pair) {
//		if len(s.model) == 0 {
//			return
//		}
//		want := s.model[0]
//		s.model = s.model[1:]
//		battle.Equal(t, want, s.deque.PopFront(), "popped")
//	}
//
//	var Deque = battle.Target[*pair]{
//		Name: "deque",
//		New:  func() *pair { return new(pair) },
//		Ops:  battle.Ops(battle.Op[*Push](2), battle.Op[*Pop](1)),
//	}
//
//	func FuzzDeque(f *testing.F) { battle.Fuzz(f, Deque) }  // go test -fuzz, and the battle command
//	func TestDeque(t *testing.T) { battle.Check(t, Deque) } // rapid, then the corpus
//
// Three habits make targets find more:
//
//   - Draw arguments relative to what matters: an offset as a distance from first or
//     tail, not as a bare 64-bit number. This matters more than the choice of engine.
//   - Never reject an update: interpret it into one that makes sense ("the k-th live
//     item, modulo how many there are").
//   - Make a restart an update like any other.
//
// Fields may be bools, integers, byte slices, strings, arrays, slices and structs of
// these, and types that bring their own [Drawer] methods. An integer type of few
// values with a String method is an enumeration: traces write its names. Tags that
// make no sense are refused, naming the type and the field, when the target is first
// used.
//
// # The tape
//
// A tape is two bytes of swarm mask, then updates. One byte selects the kind of an
// update through the weights; then each field takes 1, 2, 4 or 8 bytes, by its range,
// little-endian, reduced modulo the range and counted from the value nearest zero.
// Slices and strings are a length and then their elements. Past the end, a tape is
// zeros; so every byte string is a legal tape, and encoding is the exact inverse of
// decoding. Decoding reuses one value a kind and allocates nothing, strings aside.
//
// The mask leaves some kinds out of a run ("Swarm Testing", Groce et al., 2012). Half of
// what [Check] draws are swarms, and some of the tapes that byte mutators start from. On
// seven bugs of the ring that made no difference: rapid found each with each of seven
// seeds, in about as many updates. Swarms are for targets where kinds undo each other.
//
// What draws numbers of wide ranges is biased to the limits, to powers of two and to
// earlier numbers: uniform ones never meet a boundary.
//
// Updates are packed, not aligned to records of one size. That was measured: Go's own
// fuzzer, one worker, on the ring with a bug planted, from a corpus of one update, 12 s a
// run (go1.26.8 linux/amd64, 2 shared cores, 2026-11-24). Shown are the runs that found
// the bug and their median number of updates, in two rounds where there are two figures:
//
//	bug                   packed                 aligned to 11 bytes
//	tip-bug                7 of  7       5 k      7 of  7        4 k
//	ring-wait-too-old      7 of  7       4 k      7 of  7        5 k
//	ring-reuse-pinned      7 of  7      10 k      7 of  7       12 k
//	ring-release-any      16 of 16  48, 86 k     16 of 16  91, 103 k
//	ring-overflow-wraps   14 of 16  23, 21 k     12 of 16   28, 33 k
//	ring-off-plus-length  16 of 16 220, 286 k    12 of 16 501, 668 k
//
// More than half of an aligned tape is bytes that nobody reads, and mutations of those
// are lost. Other byte-level engines were not measured.
//
// # Traces and findings
//
// A trace is a run's updates as text, one a line: read from=base offset=-2142 length=8.
// It names kinds and fields, so it outlives changes of the encoding, and it is what a
// corpus holds. [Encode], [Trace] and [Parse] translate between updates as Go values,
// tapes and traces. A [Finding] is the shortest known trace of a failure, with what was
// expected, what came, the stack, a command that replays it, and a Go test.
//
// A state that is [Pictured] can show its runs: what a replay prints and draws of a whole system
// tells more than the trace of what was done to it.
//
// A failure is the subject's if an answer differs, if it panics, hangs, kills the
// process or grows past a limit. It is the harness's ([Harness]) if New fails, if the
// panic starts in New, Check, Close or Apply itself, if [T.Fault] says so, or if the run does
// not repeat although its target makes no [Target.Attempts].
//
// # What it does not do
//
// It controls neither goroutines nor clocks inside the subject: a subject that reads
// either is not a function of its tape, and is reported as such. The package
// explore/schedule has goroutines take turns, as the tape says. It does not measure
// coverage; the engines do.
package battle
