package battle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// find runs a trace on a counter with a bug.
func find(t *testing.T, bug, trace string) *battle.Finding {
	t.Helper()
	target := counterTarget(bug)
	tape, err := battle.Parse(target, "trace", []byte(trace))
	require.NoError(t, err)
	return battle.Find(target, tape)
}

const longWay = "peek; reset; add n=900; reset; peek delta=5; reset; add n=7; add n=400 unit=tens; peek; add n=300 unit=hundreds; peek delta=-3 note=\"note\"; reset; add n=77; peek"

func TestFailuresAreToldApart(t *testing.T) {
	for _, c := range []struct {
		bug     string
		kind    battle.Kind
		title   string
		in      string
		updates int
	}{
		{"wrap", battle.Mismatch, "counter: mismatch in update 1 of 1 (add): value differs from the oracle's", "battle.test/battle_test.(*Add).Apply", 1},
		{"panic", battle.Panic, "counter: panic in update 1 of 1 (add): runtime error: index out of range [301] with length 0", "battle.test/battle_test.(*counter).break_", 1},
		{"library", battle.Panic, "counter: panic in update 1 of 1 (add): strings: negative Repeat count", "battle.test/battle_test.(*counter).break_", 1},
		{"fatal", battle.Mismatch, "counter: mismatch in update 1 of 1 (peek): at once", "battle.test/battle_test.(*Peek).Apply", 1},
		{"apply", battle.Harness, "counter: harness in update 1 of 1 (peek): runtime error: index out of range [8] with length 0", "battle.test/battle_test.(*Peek).Apply", 1},
		{"closure", battle.Harness, "counter: harness in update 1 of 1 (peek): runtime error: index out of range [8] with length 0", "battle.test/battle_test.(*Peek).Apply.func1", 1},
		{"fault", battle.Harness, "counter: harness in update 1 of 1 (peek): the oracle has 0", "battle.test/battle_test.(*Peek).Apply", 1},
		{"goexit", battle.Harness, "counter: harness in update 1 of 1 (add): runtime.Goexit was called (t.FailNow of a *testing.T does that: use the *battle.T)", "battle.test/battle_test.(*counter).break_", 1},
		{"new", battle.Harness, "counter: harness before the first update: no counter today", "battle.test/battle_test.counterTarget.func1", 0},
		{"new hangs", battle.Harness, "counter: harness before the first update: New did not return within 100ms", "", 0},
		{"close", battle.Harness, "counter: harness in update 1 of 1 (add): can't close", "", 1},
		{"hang", battle.Hang, "counter: hang in update 2 of 2 (reset): the update did not end within 100ms", "battle.test/battle_test.(*Reset).Apply", 2},
	} {
		t.Run(c.bug, func(t *testing.T) {
			way := longWay
			if c.bug == "close" {
				way = "peek; add n=500; peek"
			}
			found := find(t, c.bug, way)
			require.NotNil(t, found)
			require.Equal(t, c.kind, found.Kind, "%s", found.Text())
			require.Equal(t, c.title, found.Title())
			require.Len(t, found.Trace, c.updates)
			if c.in != "" {
				require.Equal(t, c.in, found.Failure.Func)
				require.Contains(t, found.Place, "battle.test/battle/")
				require.Contains(t, found.Stack, found.Failure.Func)
			}
			require.Regexp(t, `-- failure --\n.`, string(found.Text()))
		})
	}
}

func TestASoundSubjectPasses(t *testing.T) {
	require.Nil(t, find(t, "", longWay))
	require.Nil(t, battle.Find(counterTarget(""), nil), "an empty tape")
}

func TestARunThatDoesNotRepeatIsTheHarnessFault(t *testing.T) {
	flaky = 0
	found := find(t, "flaky", longWay)
	require.Equal(t, battle.Harness, found.Kind)
	require.Contains(t, found.Message, "not deterministic: the same tape failed once, then passed 3 times.")
	require.Contains(t, found.Message, "What failed was: only once")
	require.Len(t, found.Trace, 14, "nothing is known of it, so nothing is left out")
}

// hoarder keeps state in a field that is no argument.
type hoarder struct {
	N    uint8
	seen int
}

func (h *hoarder) Apply(t *battle.T, _ *counter) {
	h.seen++
	battle.Equal(t, 1, h.seen, "runs that the update remembers")
}

func TestAnUpdateRemembersNothing(t *testing.T) {
	target := battle.Target[*counter]{
		Name: "hoarder", New: func() *counter { return nil },
		Ops: battle.Ops(battle.Op[*hoarder](1)),
	}
	tape, err := battle.Encode(target, &hoarder{N: 1}, &hoarder{N: 2}, &hoarder{N: 3})
	require.NoError(t, err)
	require.Nil(t, battle.Find(target, tape))
}

func TestWhatNewMadeIsClosedHoweverARunEnds(t *testing.T) {
	for _, bug := range []string{"", "wrap", "panic", "fatal", "apply", "goexit"} {
		target := counterTarget(bug)
		made, closed := 0, 0
		inner := target.New
		target.New = func() *counter { made++; return inner() }
		target.Close = func(*counter) { closed++ }
		tape, err := battle.Parse(target, "trace", []byte(longWay))
		require.NoError(t, err)
		found := battle.Find(target, tape)
		require.Equal(t, bug != "", found != nil)
		require.Positive(t, made)
		require.Equal(t, made, closed, "with bug %q", bug)
	}
}
