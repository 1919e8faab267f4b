package battle

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

type copied struct {
	n    int
	kept *int
	f    func() int
}

func newCopied(shared *int) func() *copied {
	one := func() int { return 1 }
	return func() *copied { return &copied{kept: shared, f: one} }
}

func TestASubjectWithGoroutinesIsNotCopied(t *testing.T) {
	end := fifty()
	defer end()
	for _, ask := range []func(*ownCopies[*copied]){
		func(c *ownCopies[*copied]) { c.study(&copied{}) },
		func(c *ownCopies[*copied]) { c.copy(&copied{}) },
	} {
		c := newOwnCopies(&Target[*copied]{})
		c.begin() // those that are there are not this run's
		another, ok := c.copy(&copied{n: 7})
		require.True(t, ok)
		require.Equal(t, &copied{n: 7}, another)

		c = newOwnCopies(&Target[*copied]{})
		c.begin()
		end := fifty()
		ask(c)
		require.Equal(t, 0, c.studies%studiesMax, "it is not looked at")
		require.Regexp(t, `^its runs start goroutines, of which \d+ are still there$`, c.why)
		end()
		_, ok = c.copy(&copied{})
		require.False(t, ok, "nor later")
	}
}

// fifty goroutines: of earlier tests, some may end meanwhile.
func fifty() (end func()) {
	var all sync.WaitGroup
	wait := make(chan struct{})
	for range 50 {
		all.Go(func() { <-wait })
	}
	return func() {
		close(wait)
		all.Wait()
	}
}

func TestWhatRunsShareIsLearntUpToTheFirstCopy(t *testing.T) {
	shared := new(int)
	make := newCopied(shared)
	for _, runs := range []int{0, 1, 2, 200} {
		c := newOwnCopies(&Target[*copied]{New: make})
		c.begin()
		for range runs {
			c.study(make())
		}
		subject := make()
		another, ok := c.copy(subject)
		if runs == 0 {
			require.False(t, ok)
			require.ErrorContains(t, c.why, "copied.f is a function")
			continue
		}
		require.True(t, ok, "%d runs: %v", runs, c.why)
		require.Same(t, shared, another.kept)
		require.NotSame(t, subject, another)
		require.Nil(t, c.former, "it is kept no longer than it is needed")
	}
}

func TestWhereBattleMakesNoCopies(t *testing.T) {
	subject := &copied{}
	for _, c := range []struct {
		target Target[*copied]
		why    error
	}{
		{Target[*copied]{Close: func(*copied) {}}, errClose},
		{Target[*copied]{Attempts: 3}, errAttempts},
	} {
		own := newOwnCopies(&c.target)
		own.begin()
		_, ok := own.copy(subject)
		require.False(t, ok)
		require.Equal(t, c.why, own.why)
	}
	target := Target[*copied]{New: newCopied(nil), Clone: func(c *copied) *copied { return &copied{n: c.n + 1} }}
	d := newTyped(target)
	d.prepare()
	require.Equal(t, Copies{Able: true}, d.copies())
	d.start()
	require.Equal(t, &copied{n: 1}, d.clone(), "the target's own Clone comes first")
}
