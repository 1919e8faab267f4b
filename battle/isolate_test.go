package battle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// What a process does not survive is minimised in processes of their own. Which update
// killed it is not known; what comes after it must go like what does not matter before.
func TestWhatKillsAProcessIsMinimised(t *testing.T) {
	const way = "peek; add n=7; reset; add n=400 unit=tens; peek; reset; peek delta=3; add n=1"
	for _, c := range []struct{ bug, message, in string }{
		{"exit", "the process died: exit status 3", ""},
		{"goroutine", "the process died: panic: boom", "battle.test/battle_test.(*counter).break_.func1"},
	} {
		t.Run(c.bug, func(t *testing.T) {
			answer := ask(t, c.bug, battle.Request{Do: "minimize", Trace: way, Failure: &battle.Failure{Kind: battle.Death, Message: "the process died"}})[0]
			found := answer.Finding
			require.NotNil(t, found, answer.Error)
			require.Equal(t, battle.Death, found.Kind)
			require.Equal(t, c.message, found.Message)
			require.Equal(t, []string{"add n=31 unit=tens"}, found.Trace)
			require.Equal(t, "add", found.Op)
			require.Equal(t, 8, found.Original)
			require.False(t, found.Unstable)
			require.Equal(t, c.in, found.Failure.Func)
			if c.in != "" {
				require.Contains(t, found.Place, "battle.test/battle/counter_test.go:")
				require.Contains(t, found.Stack, c.in)
			}
		})
	}
}

func TestADeathThatTakesItsTimeIsNoHang(t *testing.T) {
	answer := ask(t, "dies late", battle.Request{Do: "minimize", Trace: "add n=31 unit=tens", Failure: &battle.Failure{Kind: battle.Death, Message: "the process died"}})[0]
	require.Equal(t, battle.Death, answer.Finding.Kind)
	require.Equal(t, "the process died: exit status 3", answer.Finding.Message)
	require.False(t, answer.Finding.Unstable)
}

func TestADeathThatDoesNotComeBackIsKeptAsItIs(t *testing.T) {
	answer := ask(t, "", battle.Request{Do: "minimize", Trace: "add n=1; reset", Failure: &battle.Failure{Kind: battle.Death, Message: "the process died", Stack: "as it was"}})[0]
	require.Equal(t, []string{"add n=1 unit=ones", "reset"}, answer.Finding.Trace)
	require.Equal(t, "as it was", answer.Finding.Stack)
	require.True(t, answer.Finding.Unstable)
}

func TestAHangIsMinimised(t *testing.T) {
	answer := ask(t, "hang", battle.Request{Do: "minimize", Trace: "peek; add n=400 unit=tens; reset; peek"})[0]
	require.Equal(t, battle.Hang, answer.Finding.Kind)
	require.Equal(t, []string{"reset"}, answer.Finding.Trace)
	require.Equal(t, "battle.test/battle_test.(*Reset).Apply", answer.Finding.Failure.Func)
}

func TestLastWords(t *testing.T) {
	for _, c := range []struct{ output, message, function, place string }{
		{"=== RUN\nfatal error: concurrent map writes\n\ngoroutine 7 [running]:\ninternal/runtime/maps.fatal({0x1?, 0x2?})\n\t/usr/local/go/src/runtime/panic.go:1 +0x1\na.b/c.(*Ring).put(0x1)\n\t/home/me/c/ring.go:12 +0x1\n\ngoroutine 1 [x]:\n",
			"the process died: fatal error: concurrent map writes", "a.b/c.(*Ring).put", "a.b/c/ring.go:12"},
		{"runtime: goroutine stack exceeds 1000000000-byte limit\nfatal error: stack overflow\n", "the process died: runtime: goroutine stack exceeds 1000000000-byte limit", "", ""},
		{"runtime: out of memory: cannot allocate 4096-byte block (3866624 in use)\nfatal error: out of memory\n", "the process died: runtime: out of memory: cannot allocate 4096-byte block", "", ""},
		{"panic: x\n\ngoroutine 7 [running]:\na.b/c.(*Add).Apply(0x1)\n\t/tmp/copy/c/c_test_battle.go:12 +0x1\n\n", "the process died: panic: x", "a.b/c.(*Add).Apply", "a.b/c/c_test.go:12"},
		{"FAIL\n", "the process died: signal: killed", "", ""},
	} {
		got := battle.DeathOf([]byte(c.output), errKilled{})
		require.Equal(t, []string{c.message, c.function, c.place}, []string{got.Message, got.Func, got.Place})
		require.NotEmpty(t, got.Stack)
	}
}

type errKilled struct{}

func (errKilled) Error() string { return "signal: killed" }
