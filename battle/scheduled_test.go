package battle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// rare is a subject that fails when some schedule comes up: here, in the runs that a
// test names, counted over all.
type rare struct {
	runs  *int
	fails func(run int) bool
}

type Race struct {
	N uint8
}

func (r *Race) Apply(t *battle.T, s rare) {
	*s.runs++
	if s.fails(*s.runs) {
		battle.Equal(t, "the byte of the stream", "a byte of the last turn", "what was read")
	}
}

type Rest struct{}

func (*Rest) Apply(t *battle.T, s rare) {}

func findRare(t *testing.T, attempts int, fails func(run int) bool) *battle.Finding {
	t.Helper()
	runs := 0
	target := battle.Target[rare]{
		Name:     "rare",
		New:      func() rare { return rare{&runs, fails} },
		Ops:      battle.Ops(battle.Op[*Race](1), battle.Op[*Rest](1)),
		Attempts: attempts,
	}
	tape, err := battle.Parse(target, "rare", []byte("rest; race n=200; rest; race n=90; rest; race n=3"))
	require.NoError(t, err)
	return battle.Find(target, tape)
}

// A true race that does not come back is neither lost nor called the harness's fault.
func TestAFailureThatTheScheduleDoesNotRepeatIsAFinding(t *testing.T) {
	found := findRare(t, 5, func(run int) bool { return run == 2 })
	require.Equal(t, battle.Mismatch, found.Kind)
	require.True(t, found.Unstable)
	require.Equal(t, []string{"rest", "race n=200", "rest", "race n=90"}, found.Trace, "up to the failure")
	require.Equal(t, 3, found.Moment)
	require.Equal(t, `"a byte of the last turn"`, found.Actual)
}

func TestAFailureThatAttemptsRepeatIsMinimised(t *testing.T) {
	found := findRare(t, 5, func(run int) bool { return run%4 == 2 })
	require.Equal(t, battle.Mismatch, found.Kind)
	require.False(t, found.Unstable)
	require.Equal(t, []string{"race n=0"}, found.Trace)
	require.Equal(t, `"a byte of the last turn"`, found.Actual)
}

func TestWithoutAttemptsAFailureThatDoesNotRepeatIsTheHarnesss(t *testing.T) {
	found := findRare(t, 1, func(run int) bool { return run == 2 })
	require.Equal(t, battle.Harness, found.Kind)
}
