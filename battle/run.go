package battle

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"unsafe"
)

// A driver is a target's subject and its updates behind a type-free face.
type driver interface {
	start()
	stop()
	// prepare lets clone copy subjects of targets without Clone, too.
	prepare()
	// clone copies the subject, or returns nil if that can't be done.
	clone() any
	// resume puts a copy of a clone in the place of the subject, if it can be copied.
	resume(clone any) bool
	// copies tells how clone copies.
	copies() Copies
	// distrust ends copies that are not the target's own.
	distrust(why error)
	// state is the subject as it is now.
	state() any
	// scratch is the value of a kind that decoding reuses.
	scratch(kind int) unsafe.Pointer
	// apply runs the scratch value of a kind, and then the invariants.
	apply(t *T, kind int)
}

// typed is the driver of Target[S].
type typed[S any] struct {
	target  Target[S]
	subject S
	own     *ownCopies[S] // or nil: the target has a Clone, or nobody asked
	values  []Update[S]
	places  []unsafe.Pointer
}

func newTyped[S any](target Target[S]) *typed[S] {
	d := &typed[S]{target: target}
	for _, op := range target.Ops {
		v := op.make()
		d.values = append(d.values, v)
		d.places = append(d.places, pointerOf(v))
	}
	return d
}

func (d *typed[S]) state() any { return d.subject }

func (d *typed[S]) scratch(kind int) unsafe.Pointer { return d.places[kind] }

func (d *typed[S]) start() {
	if d.own != nil {
		d.own.begin()
	}
	d.subject = d.target.New()
}

func (d *typed[S]) prepare() {
	if d.target.Clone == nil && d.own == nil {
		d.own = newOwnCopies(&d.target)
	}
}

func (d *typed[S]) clone() any {
	switch {
	case d.target.Clone != nil:
		return d.target.Clone(d.subject)
	case d.own != nil:
		if copied, ok := d.own.copy(d.subject); ok {
			return copied
		}
	}
	return nil
}

func (d *typed[S]) resume(clone any) (ok bool) {
	if d.own == nil {
		d.subject = d.target.Clone(clone.(S))
		return true
	}
	d.own.begin()
	d.subject, ok = d.own.copy(clone.(S))
	return ok
}

func (d *typed[S]) copies() Copies {
	if d.own == nil {
		return Copies{Able: d.target.Clone != nil}
	}
	return Copies{Able: d.own.copier != nil, Own: true, Bytes: d.own.bytes, Why: d.own.why}
}

func (d *typed[S]) distrust(why error) {
	if d.own != nil {
		d.own.distrust(why)
	}
}

func (d *typed[S]) stop() {
	if d.own != nil {
		d.own.study(d.subject)
	}
	if d.target.Close != nil {
		d.target.Close(d.subject)
	}
	var none S
	d.subject = none
}

func (d *typed[S]) apply(t *T, kind int) {
	d.values[kind].Apply(t, d.subject)
	if d.target.Check != nil && t.failure == nil {
		d.target.Check(t, d.subject)
	}
}

// A runner runs tapes, one after the other, on one goroutine.
type runner struct {
	t     T
	dec   decoder
	stats counts
	begun bool   // New has returned
	album *album // takes pictures of runs; nil: nobody looks at them

	// The run began with a copy that is not by the target's Clone. It is written, like
	// now, before the beat.
	copied bool

	// now is the tape of the present run as far as it is known, after its past if it
	// was resumed. beat tells the watchdog how far the run is: the number of the run
	// and, from 1, of the update in it, or 0 between runs. Its store publishes both.
	past *past
	now  []byte
	beat atomic.Uint64

	goroutine string // that watch started, written before the first beat
}

// counts are the statistics of a runner.
type counts struct {
	runs   uint64
	byKind []uint64 // updates, those that failed too
}

func (c *counts) updates() (n uint64) {
	for _, count := range c.byKind {
		n += count
	}
	return n
}

func newRunner(p *plan) *runner {
	r := &runner{}
	r.t.plan = p
	r.t.driver = p.newDriver()
	r.dec.plan = p
	r.stats.byKind = make([]uint64, len(p.kinds))
	return r
}

const momentBits = 32

// tape runs a tape and returns what ended the run, or nil. It allocates nothing but
// what New and the updates do. If an update calls runtime.Goexit, tape does not return;
// the failure is then at r.t.
func (r *runner) tape(tape []byte) (f *Failure) {
	r.begin(tape)
	defer func() { f = r.end() }()
	r.guarded(r.loop)
	return nil
}

// loop applies the updates of the tape up to its end or the first failure.
func (r *runner) loop() {
	r.dec.open(r.now)
	r.goOn()
}

// goOn is loop from where the decoder stands.
func (r *runner) goOn() {
	for k := r.dec.next(); k != nil && r.t.failure == nil; k = r.dec.next() {
		p := r.t.driver.scratch(k.index)
		k.reset(p)
		k.root.decode(&r.dec.reader, p)
		r.step(k)
	}
}

// extend goes on with a run that has begun, with what its tape has from there on. It
// tells whether the run has not failed.
func (r *runner) extend(tape []byte, from int) bool {
	r.now = tape
	r.dec.reader, r.dec.table = Reader{tape: tape, pos: from}, &r.t.plan.all
	r.guarded(r.goOn)
	return r.t.failure == nil
}

// step applies the scratch value of a kind, as one update of a run that has begun.
func (r *runner) step(k *kind) {
	r.t.op = k
	r.stats.byKind[k.index]++
	r.beat.Store(r.t.labels.run<<momentBits | uint64(r.t.moment+1))
	if r.t.verbose {
		r.t.narrate(k)
	}
	if r.album != nil {
		r.album.update(r.t.moment+1, r.t.updateText(k))
	}
	r.t.driver.apply(&r.t, k.index)
	if r.t.plan.memoryMax != 0 && r.t.moment%memoryEvery == memoryEvery-1 {
		r.checkMemory()
	}
	r.t.moment++
}

// begin starts a run.
func (r *runner) begin(tape []byte) {
	r.t.failure, r.t.op, r.t.moment, r.begun, r.copied = nil, nil, 0, false, false
	r.t.labels.run++
	r.past, r.now = nil, tape
	r.beat.Store(r.t.labels.run << momentBits)
	r.guarded(r.start)
}

// resume begins a run in the middle; tape is what follows.
func (r *runner) resume(s *State, tape []byte) {
	r.t.failure, r.t.op, r.t.moment, r.begun, r.copied = nil, nil, s.moment, false, r.t.driver.copies().Own
	r.t.labels.run++
	r.t.labels.set(s.labels)
	r.past, r.now = s.past, tape
	r.beat.Store(r.t.labels.run << momentBits)
	r.copying(func() { r.begun = r.t.driver.resume(s.clone) })
}

// save copies the subject, or returns nil if the target can't, or failed to.
func (r *runner) save() (clone any) {
	r.copying(func() { clone = r.t.driver.clone() })
	return clone
}

// copying runs what copies the subject. The watchdog looks away if battle does: how long
// that takes is not the target's fault.
func (r *runner) copying(f func()) {
	beat := r.beat.Load()
	if c := r.t.driver.copies(); c.Own && c.Able {
		r.beat.Store(0)
	}
	r.guarded(f)
	r.beat.Store(beat)
}

func (r *runner) start() {
	r.t.driver.start()
	if r.album != nil {
		r.album.begin(r.t.driver.state())
	}
	r.begun = true
}

// end finishes a run and returns its failure.
func (r *runner) end() *Failure {
	r.stats.runs++
	if r.begun {
		r.t.moment = max(0, r.t.moment-1) // what fails from here on is the last update's
		if r.t.plan.memoryMax != 0 {
			r.guarded(r.checkMemory)
		}
		if r.album != nil {
			beat := r.beat.Swap(0) // how long pictures take is not the target's fault
			r.album.end(r.t.failure)
			r.beat.Store(beat)
		}
		r.copying(r.t.driver.stop)
	}
	r.beat.Store(0)
	return r.t.failure
}

// guarded runs f and turns a panic into the run's failure. It does nothing in a run
// that has already failed before New returned.
func (r *runner) guarded(f func()) {
	if r.t.failure != nil && !r.begun {
		return
	}
	ended := false
	defer func() {
		if !ended {
			r.recovered(recover())
		}
	}()
	f()
	ended = true
}

// recovered judges a panic, or a call of runtime.Goexit, which no deferred call can
// stop: the goroutine of the run is lost then, its failure is not.
func (r *runner) recovered(value any) {
	if _, stopped := value.(stopRun); stopped || r.t.failure != nil {
		return
	}
	var pcs [stackMax]uintptr
	stack := pcs[:runtime.Callers(2, pcs[:])]
	f := &Failure{Kind: Panic, Moment: r.t.moment, Op: r.t.opName()}
	if value == nil && exits(stack) {
		f.Message = "runtime.Goexit was called (t.FailNow of a *testing.T does that: use the *battle.T)"
		f.locate(stack)
		f.Kind = Harness
	} else {
		origin := f.locatePanic(stack)
		f.Message = fmt.Sprint(value)
		if !r.begun || r.t.plan.harness.wrote(origin) || packageOf(origin) == ownPackage {
			f.Kind = Harness
		}
	}
	if !r.t.quiet {
		f.Stack = stackText(stack)
	}
	r.t.failure = f
}

// exits tells a call of runtime.Goexit from a panic with nil, which GODEBUG's panicnil
// allows.
func exits(stack []uintptr) bool {
	for frame := range frames(stack) {
		if frame.Function == "runtime.Goexit" {
			return true
		}
	}
	return false
}
