package battle

import (
	"fmt"
	"math/bits"
	"os"
	"reflect"
	"unsafe"
)

// T carries one run. It has the methods that testify's require and assert want of a
// test, so that both work inside Apply and Check. It belongs to the goroutine of the
// run: do not hand it to others.
//
// The first failure ends the run, at the end of its update at the latest.
type T struct {
	driver  driver
	plan    *plan
	moment  int
	op      *kind
	failure *Failure
	quiet   bool // record no texts: the minimiser only asks which failure it is
	verbose bool // print what is logged
	labels  labels
	guide   Guide
	stricts map[reflect.Type]bool // what strict found out
}

// A Guide hears what updates say of the state they reached. The explorer is one.
type Guide interface {
	Reach(name string, k uint64)
	Maximize(name string, v uint64)
}

// stopRun is what FailNow panics with, to unwind Apply.
type stopRun struct{}

// Moment is the index of the present update in the run, from 0.
func (t *T) Moment() int { return t.moment }

// Errorf reports a finding. The run ends when the update returns.
func (t *T) Errorf(format string, args ...any) {
	if t.failure != nil {
		return
	}
	t.fail(&Failure{Kind: Mismatch}, func(f *Failure) { f.Message = fmt.Sprintf(format, args...) })
}

// Fatalf reports a finding and ends the run at once.
func (t *T) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	t.FailNow()
}

// Fault reports that the harness, not the subject, is at fault: an oracle that
// contradicts itself, a set-up that failed. The run ends at once.
func (t *T) Fault(format string, args ...any) {
	if t.failure == nil {
		t.fail(&Failure{Kind: Harness}, func(f *Failure) { f.Message = fmt.Sprintf(format, args...) })
	}
	t.FailNow()
}

// FailNow ends the run. Without a failure before it, it is one.
func (t *T) FailNow() {
	if t.failure == nil {
		t.Errorf("FailNow was called")
	}
	panic(stopRun{})
}

// Story adds to the finding how the run came to it, where the trace does not tell: a schedule
// of goroutines, a log of messages. Text is called only if the run has failed and somebody
// will read it; the last of a run counts.
func (t *T) Story(text func() string) {
	if t.failure != nil && !t.quiet {
		t.failure.Story = text()
	}
}

// Failed reports whether the run has failed.
func (t *T) Failed() bool { return t.failure != nil }

// Helper is here for testify; it does nothing.
func (t *T) Helper() {}

// Logf writes a line to standard error when the battle command replays a trace, among
// the updates; everything else drops it.
func (t *T) Logf(format string, args ...any) {
	if t.verbose {
		fmt.Fprintf(os.Stderr, "    %s\n", fmt.Sprintf(format, args...))
	}
}

// Label marks the run for the statistics, as in t.Label("wrapped"). It costs a few
// nanoseconds; names should be constants.
func (t *T) Label(name string) { t.labels.mark(name) }

// Reach tells the explorer that a state worth telling apart was reached. It keeps some hundred thousand
// of a name apart: k is best a place or a step, and no hash or time.
func (t *T) Reach(name string, k uint64) {
	if t.guide != nil {
		t.guide.Reach(name, k)
	}
}

// Maximize tells the explorer that larger is better.
func (t *T) Maximize(name string, v uint64) {
	if t.guide != nil {
		t.guide.Maximize(name, v)
	}
}

// narrate prints the update that is about to run.
func (t *T) narrate(k *kind) {
	fmt.Fprintf(os.Stderr, "%4d  %s\n", t.moment+1, t.updateText(k))
}

// updateText is the update that is about to run as a trace has it.
func (t *T) updateText(k *kind) string {
	return step{kind: k, p: t.driver.scratch(k.index)}.String()
}

// fail records the run's failure. What costs time is left out of quiet runs.
func (t *T) fail(f *Failure, say func(*Failure)) {
	f.Moment, f.Op = t.moment, t.opName()
	pcs := callers()
	f.locate(pcs)
	if !t.quiet {
		say(f)
		f.Stack = stackText(pcs)
	}
	t.failure = f
}

func (t *T) opName() string {
	if t.op == nil {
		return ""
	}
	return t.op.name
}

// labels counts the runs that carry each label.
type labels struct {
	run   uint64
	seen  []label
	trail uint64 // of the marks, in order, modulo 2^64
}

type label struct {
	name string
	run  uint64 // the last run that carried it, from 1
	runs uint64
	hits uint64
}

// mark finds the label by its string's address first: names are constants, and a
// comparison of two words beats hashing.
func (l *labels) mark(name string) {
	for i := range l.seen {
		if unsafe.StringData(l.seen[i].name) == unsafe.StringData(name) && len(l.seen[i].name) == len(name) {
			l.hit(i)
			return
		}
	}
	for i := range l.seen {
		if l.seen[i].name == name {
			l.hit(i)
			return
		}
	}
	l.seen = append(l.seen, label{name: name})
	l.hit(len(l.seen) - 1)
}

// labelsMax is how many labels fit into a set.
const labelsMax = 64

// carried is the set of labels that the present run carries, by the order in which they
// were first seen; those past the 64th are not in it.
func (l *labels) carried() (set uint64) {
	for i := range min(labelsMax, len(l.seen)) {
		if l.seen[i].run == l.run {
			set |= 1 << i
		}
	}
	return set
}

// set makes the present run carry labels that an earlier one carried up to here.
func (l *labels) set(carried uint64) {
	for ; carried != 0; carried &= carried - 1 {
		l.seen[bits.TrailingZeros64(carried)].run = l.run
	}
}

func (l *labels) hit(i int) {
	l.trail = l.trail*31 + uint64(i) + 1
	one := &l.seen[i]
	one.hits++
	if one.run != l.run {
		one.run = l.run
		one.runs++
	}
}
