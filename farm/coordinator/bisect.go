package coordinator

import (
	"context"
	"fmt"

	"battle.test/farm/store"
)

// bisect takes one step to the first bad revision of a finding. It tells whether another is to
// follow. Each is kept, so that a coordinator that is killed goes on from there.
func (c *Coordinator) bisect(ctx context.Context, f store.Finding) (again bool, err error) {
	b := f.Bisection
	if b != nil && b.Done {
		return false, nil
	}
	if b, err = copyOf(b); err != nil { // the record is for reading: others encode it meanwhile
		return false, err
	}
	if b == nil {
		b = &store.Bisection{}
	}
	bad := firstFailing(f)
	if bad == "" {
		return false, nil
	}
	revisions, err := c.Checkout.Before(ctx, bad, c.Bisect)
	if err != nil {
		return false, err
	}
	s := newSearch(revisions, b.Tries)
	if next := s.next(); next >= 0 {
		now, fault, err := c.run(ctx, revisions[next], f)
		if err != nil {
			return false, err
		}
		tried := store.Tried{Revision: revisions[next]}
		tried.Outcome, tried.Note = compare(&f, now, fault)
		if tried.Outcome == store.Hidden {
			tried.Outcome = store.Unknown
		}
		b.Tries = append(b.Tries, tried)
		s.note(tried)
	}
	s.sumUp(b)
	commit, err := c.Checkout.Commit(ctx, b.Bad)
	if err != nil {
		return false, err
	}
	b.Subject, b.Author = commit.Subject, commit.Author
	b.Done = s.next() < 0
	_, err = c.changeFinding(ctx, f.ID, func(now *store.Finding, _ bool) bool {
		now.Bisection = b
		return true
	})
	if err == nil && b.Done {
		c.Log("%s: first bad revision %.12s %s", f.ID, b.Bad, b.Subject)
	}
	return !b.Done, err
}

// firstFailing is the first build that a finding failed at.
func firstFailing(f store.Finding) string {
	for _, v := range f.Verdicts {
		if v.Outcome == store.Fails {
			return v.Build
		}
	}
	return ""
}

// A search looks for the first bad of some revisions, the newest first. The newest is bad. It
// goes back in steps that double until one is good, and halves what is between from there:
// most failures are young. Revisions that can't be told are stepped around.
type search struct {
	revisions []string
	known     []store.Outcome // Fails, Passes, Unknown, or "" for those not tried
}

func newSearch(revisions []string, tries []store.Tried) *search {
	s := &search{revisions: revisions, known: make([]store.Outcome, len(revisions))}
	s.known[0] = store.Fails
	for _, t := range tries {
		s.note(t)
	}
	return s
}

func (s *search) note(t store.Tried) {
	for i, r := range s.revisions {
		if r == t.Revision && i > 0 {
			s.known[i] = t.Outcome
		}
	}
}

// bounds are the oldest bad revision and the newest good one before it, or how many there are
// if none is known.
func (s *search) bounds() (bad, good int) {
	good = len(s.known)
	for i, o := range s.known {
		if o == store.Passes {
			good = i
			break
		}
		if o == store.Fails {
			bad = i
		}
	}
	return bad, good
}

// next is the revision to try, or -1 if it is found as well as it can be.
func (s *search) next() int {
	bad, good := s.bounds()
	wanted := (bad + good) / 2
	if good == len(s.known) {
		wanted = min(2*bad+1, good-1)
	}
	for by := range len(s.known) {
		for _, i := range []int{wanted + by, wanted - by} {
			if i > bad && i < good && s.known[i] == "" {
				return i
			}
		}
	}
	return -1
}

// sumUp says what is known so far.
func (s *search) sumUp(b *store.Bisection) {
	bad, good := s.bounds()
	b.Bad, b.Good, b.Note = s.revisions[bad], "", ""
	b.Between = good - bad - 1
	switch {
	case good < len(s.known) && b.Between == 0:
		b.Good = s.revisions[good]
	case good < len(s.known):
		b.Good = s.revisions[good]
		b.Note = fmt.Sprintf("%d revisions after it can't be told: it may be one of them", b.Between)
	case b.Between == 0:
		b.Note = "no revision before it: it was there from the beginning, or from before what is looked at"
	default:
		b.Note = "none before it can be told: their sources do not build, or do not know the trace"
	}
}
