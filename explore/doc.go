// Package explore is the engine that rewinds and branches. It keeps interesting moments
// of earlier runs, goes back to one, tries another future from there, and keeps what is
// new; and it spends its time around what is rare (Go-Explore; AFLFast's power schedules).
//
//	frontier -> pick a moment -> restore it -> extend it by a burst -> anything new?
//	   ^                                                                   |
//	   +------------------------- keep that moment ------------------------+
//
// A run is a pure function of its tape, so a moment is a prefix of one, and restoring it
// is running the prefix again; or, where that is cheaper, going on from a copy of the
// subject: by the target's Clone, or by battle itself if it is pure Go state. Copies are
// held against their originals before any is used. How a moment is restored decides how fast
// a hunt is, and not what it finds; the report says which, and why.
//
// New is: a block of code that ran a number of times that no run had before, in the
// buckets of [buckets]; two numbers that the code found to be unequal, as a walker's place
// and the exit's (in one burst of many, and up to a few thousand pairs); a state that an
// update told apart with t.Reach (up to a quarter of a million of a name, and a million in
// all); two labels that no run carried together; a better value
// of t.Maximize, of which only the best moment is kept (IJON). Counts are those of the
// whole run up to the moment, so that the third step of a lock looks different from the
// second.
//
// The very first updates that are tried, and fifteen in sixteen as long as a hunt is young, are of runs such as
// [Random] makes, which nobody watches: an update of these costs a third. What chance finds soon,
// the explorer finds not much later. So are the runs of the corpus at first; what they show is looked
// at by and by. A hunt is young for 40,000 updates, and for two million where one
// runs more than a thousand blocks of code. Half of all others are of new runs, of up to a thousand
// updates and mostly of some hundred.
//
// A burst starts at its moment, or a few updates before: what is new is often shown by the
// very update that spoils it. It is random updates, by weight, or of a few kinds only
// (swarm); or a piece of another run; or the moment's own last updates with a field chosen
// anew; or one update many times. Numbers are uniform, or limits, or powers of two, or near
// earlier ones, or constants of the source, or operands that the code lately compared with
// something (input to state, as in REDQUEEN). Of a narrow range, as of hosts or slots, half of all
// bursts prefer one number, so that updates meet, and half small ones.
//
// Equal seeds and builds give equal runs in the same order: what ends a hunt is the
// clock, but nothing that a worker alone finds on the way depends on one.
//
// Where goroutines race, a run is not a function of its tape: what has passed may fail the
// next time. There most of the time goes into doing the corpus again and again, as it is and
// a little changed; and goroutines pause where they meet, see [battle.test/explore/probe].
// Where they take turns, a run is a function of its tape: see [battle.test/explore/schedule].
//
// Several workers, processes on the same target with seeds of their own, exchange what they
// find, by way of [battle.Hunt.Share]: every so often a worker shares the runs to the latest
// moments that it kept, and tries those of others from the beginning; what is new to it, it
// keeps like its own. So a step that one has found, the others go on from. What arrives when
// is up to the clock: only a worker alone repeats its hunt.
//
// [Explain] is another engine on the same means: it looks into a failure, and finds the
// moment of the trace from which other futures fail too.
//
// It works without instrumentation, by what targets say of their states alone. The
// battle command builds the test binary with counters in the packages under test, and
// adds the file that registers the engine.
package explore
