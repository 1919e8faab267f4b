package battle_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// fakeTest is the test that Replay is given; it keeps what is said.
type fakeTest struct {
	testing.TB
	said string
}

func (f *fakeTest) Helper()      {}
func (f *fakeTest) Name() string { return "TestFake" }
func (f *fakeTest) Fatal(args ...any) {
	f.said = fmt.Sprint(args...)
	runtime.Goexit()
}
func (f *fakeTest) Fatalf(format string, args ...any) { f.Fatal(fmt.Sprintf(format, args...)) }

// said runs f on a test of its own and returns what made it fail, or "".
func said(f func(testing.TB)) string {
	fake := &fakeTest{}
	done := make(chan bool)
	go func() { defer close(done); f(fake) }()
	<-done
	return fake.said
}

// stranger is no update of the counter's target.
type stranger struct{}

func (*stranger) Apply(*battle.T, *counter) {}

func TestReplayRefusesWhatNoTapeCanHold(t *testing.T) {
	for _, c := range []struct {
		ops  []battle.Update[*counter]
		want string
	}{
		{[]battle.Update[*counter]{&Reset{}, &Add{N: 1001}}, "battle: update 2: add: n: 1001 is out of range 0..1000"},
		{[]battle.Update[*counter]{&Add{Unit: 3}}, "battle: update 1: add: unit: 3 is out of range 0..2"},
		{[]battle.Update[*counter]{&Peek{Delta: -81}}, "battle: update 1: peek: delta: -81 is out of range -80..80"},
		{[]battle.Update[*counter]{&Peek{Note: make([]byte, 9)}}, "battle: update 1: peek: note: length 9 is out of range 0..8"},
		{[]battle.Update[*counter]{&Reset{}, &stranger{}}, "battle: update 2 is a *battle_test.stranger, which is not among the updates of target counter"},
		{[]battle.Update[*counter]{nil}, "battle: update 1 is a <nil>, which is not among the updates of target counter"},
		{[]battle.Update[*counter]{(*Reset)(nil)}, "battle: update 1 is a nil *battle_test.Reset"},
	} {
		got := said(func(t testing.TB) { battle.Replay(t, counterTarget(""), c.ops...) })
		require.Equal(t, c.want, got)
	}
}

func TestReplayRunsWhatItIsGiven(t *testing.T) {
	battle.Replay(t, counterTarget(""), &Add{N: 3}, &Reset{}, &Peek{Delta: -80, Note: []byte("12345678")})
	battle.Replay(t, counterTarget(""))
	battle.ReplayTrace(t, counterTarget(""), "add n=3; reset\npeek")

	output := said(func(t testing.TB) { battle.Replay(t, counterTarget("wrap"), &Reset{}, &Add{N: 77}, &Reset{}) })
	require.Contains(t, output, "battle: a finding\ncounter: mismatch in update 2 of 3 (add)")
	require.Contains(t, output, "reset\nadd n=77 unit=ones\n#^^^", "the author's updates, not fewer")
	output = said(func(t testing.TB) { battle.ReplayTrace(t, counterTarget("wrap"), "reset; add n=77") })
	require.Contains(t, output, "counter: mismatch in update 2 of 2 (add)")
	output = said(func(t testing.TB) { battle.ReplayTrace(t, counterTarget("wrap"), "reset; ad n=77") })
	require.Equal(t, `battle: trace:1:8: unknown update "ad" in target counter, want add, reset or peek`, output)
}

// A test fails by the one line that says what to write instead; a panic would bury it.
func TestMisuseFailsTheTest(t *testing.T) {
	target := counterTarget("")
	target.Name = "Counter"
	const want = `battle: target "Counter": the name must match ^[a-z][a-z0-9-]*$`
	require.Equal(t, want, said(func(t testing.TB) { battle.Replay(t, target) }))
	require.Equal(t, want, said(func(t testing.TB) { battle.ReplayTrace(t, target, "reset") }))
	require.PanicsWithValue(t, want, func() { battle.Bytes(target) })
	for _, function := range []string{"TestCounter", "FuzzCounter"} {
		output := failing(t, "misuse", function)
		require.Contains(t, output, `battle: target "counter": New is nil`)
		require.NotContains(t, output, "panic")
		require.NotContains(t, output, "goroutine ")
	}
}

// byValue has Apply on the value, and is given as one.
type byValue struct{ N uint8 }

func (v byValue) Apply(t *battle.T, c *counter) {
	if v.N > 3 {
		var none []int
		_ = none[v.N]
	}
}

func TestUpdatesMayBeValues(t *testing.T) {
	target := battle.Target[*counter]{
		Name: "values", New: func() *counter { return new(counter) },
		Ops: battle.Ops(battle.Op[byValue](1)),
	}
	battle.Replay(t, target, byValue{N: 1}, &byValue{N: 2})
	tape, err := battle.Encode(target, byValue{N: 9})
	require.NoError(t, err)
	found := battle.Find(target, tape)
	require.Equal(t, battle.Harness, found.Kind, "a panic of Apply itself: %s", found.Text())
	require.Equal(t, []string{"by-value n=4"}, found.Trace)
}
