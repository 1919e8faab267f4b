package battle

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"battle.test/battle/deepcopy"
)

// ownCopies are copies of a subject that battle makes, where the target has no Clone.
type ownCopies[S any] struct {
	copier *deepcopy.Copier[S]
	why    error // it last made none, or there is no copier

	// What two runs reach belongs to neither subject, and is shared by copies. The subject
	// of one run is kept for that until the next has ended, up to the first copy.
	former  S
	studies int

	goroutines int // before New
	bytes      int // of the last copy
}

// studiesMax bounds the runs that are compared: what they share shows in the first few.
const studiesMax = 64

var (
	errClose    = errors.New("the target has a Close, which would release what a copy did not take: give it a Clone")
	errAttempts = errors.New("the target has Attempts: goroutines of its subject may be running")
)

func newOwnCopies[S any](target *Target[S]) *ownCopies[S] {
	c := &ownCopies[S]{}
	switch {
	case target.Close != nil:
		c.why = errClose
	case target.Attempts > 1:
		c.why = errAttempts
	default:
		c.copier, c.why = deepcopy.Of[S]()
	}
	return c
}

// begin notes what runs already: what a run starts itself is not copied.
func (c *ownCopies[S]) begin() { c.goroutines = runtime.NumGoroutine() }

// quiet tells whether the run has started no goroutine that is still there. One might
// write while the copier reads, and a copy would have none; so there are no copies from
// then on. One that ends soon is forgiven: the runtime runs finalizers on one of its own.
func (c *ownCopies[S]) quiet() bool {
	const looks, pause = 20, 500 * time.Microsecond
	more := runtime.NumGoroutine() - c.goroutines
	for look := 0; more > 0 && look < looks; look++ {
		time.Sleep(pause)
		more = runtime.NumGoroutine() - c.goroutines
	}
	if more > 0 {
		c.distrust(fmt.Errorf("its runs start goroutines, of which %d are still there", more))
	}
	return more <= 0
}

// study compares the subject of a run with that of the run before.
func (c *ownCopies[S]) study(subject S) {
	if c.copier == nil || c.studies == studiesMax || !c.quiet() {
		return
	}
	if c.studies > 0 {
		if err := c.copier.Share(c.former, subject); err != nil {
			c.distrust(err)
			return
		}
	}
	c.studies++
	c.former = subject
	if c.studies == studiesMax {
		c.settle()
	}
}

// settle ends the studies.
func (c *ownCopies[S]) settle() {
	var none S
	c.former, c.studies = none, studiesMax
}

// copy copies a subject, or a copy.
func (c *ownCopies[S]) copy(subject S) (another S, ok bool) {
	c.study(subject)
	c.settle()
	if c.copier == nil || !c.quiet() {
		return another, false
	}
	another, err := c.copier.Copy(subject)
	if err != nil {
		c.why = err
		return another, false
	}
	c.bytes = c.copier.Bytes()
	return another, true
}

// distrust ends the making of copies.
func (c *ownCopies[S]) distrust(why error) {
	c.copier, c.why = nil, why
	c.settle()
}
