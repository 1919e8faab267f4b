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
	newOne := newCopied(new(int))
	c := newOwnCopies(&Target[*copied]{New: newOne})
	c.begin()
	one := newOne()
	one.f = nil
	end := fifty()
	c.study(one)
	require.Equal(t, 0, c.studies, "nor looked at")
	_, ok := c.copy(one)
	require.False(t, ok)
	require.Regexp(t, `^\d+ goroutines run that did not before New$`, c.why.Error())
	c.begin() // they are another run's now
	another, ok := c.copy(one)
	require.True(t, ok)
	require.Equal(t, one, another)
	end()
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
