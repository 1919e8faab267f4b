package battle_test

import (
	"encoding/json"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// Engines that are asked about a failure. Each is known by what it does. They are in
// processes that answer only.
func init() {
	if os.Getenv(battle.EnvEngine) != "answer" {
		return
	}
	battle.Register("tells", func(h *battle.Hunt) {
		w := h.Wanted()
		var keys []string
		for _, updates := range [][][]byte{w.Updates, w.Updates[1:], nil} {
			h.Begin()
			for _, update := range updates {
				h.Extend(update)
			}
			keys = append(keys, h.Drop())
		}
		h.Report(func() any { return told{len(w.Updates), w.Length, keys[0] == w.Key, keys[1:]} })
	})
	battle.Register("hangs", func(h *battle.Hunt) {
		w := h.Wanted()
		h.Begin()
		h.Extend(w.Updates[0])
		h.Extend(w.Updates[len(w.Updates)-1])
	})
	battle.Register("quits", func(*battle.Hunt) { runtime.Goexit() })
	battle.Register("is silent", func(*battle.Hunt) {})
}

type told struct {
	Updates, Length int
	Same            bool
	Others          []string
}

func TestEnginesAreAskedAboutFailures(t *testing.T) {
	const trace = "add n=77; peek; add n=9; reset"
	answers := ask(t, "wrap",
		battle.Request{Do: "tells", Trace: "reset; add n=77; peek"},
		battle.Request{Do: "tells", Trace: "reset; add n=77; peek", Length: 9},
		battle.Request{Do: "tells", Trace: "reset; add n=77; peek", Length: 1},
		battle.Request{Do: "tells", Trace: "reset"},
		battle.Request{Do: "quits", Trace: trace},
		battle.Request{Do: "is silent", Trace: trace},
	)
	var got told
	require.NoError(t, json.Unmarshal(answers[0].Report, &got))
	require.Equal(t, 2, got.Updates, "up to the one that failed")
	require.Equal(t, 2, got.Length)
	require.True(t, got.Same)
	require.Equal(t, []string{"mismatch " + answers[0].Finding.Place, ""}, got.Others)
	require.Len(t, answers[0].Finding.Trace, 2)
	require.NoError(t, json.Unmarshal(answers[1].Report, &got))
	require.Equal(t, 9, got.Length)
	require.Equal(t, "runs of length 1: the trace fails in update 2, want at least as many", answers[2].Error)
	require.Equal(t, "the trace does not fail: 1 update passed", answers[3].Error)
	require.Equal(t, "an update called runtime.Goexit, in: ", answers[4].Error)
	require.Equal(t, "the engine has nothing to say", answers[5].Error)
}

func TestEnginesAreNotAskedWhereNoneCanTell(t *testing.T) {
	tells := battle.Request{Do: "tells", Trace: "add n=900; peek"}
	require.Equal(t, "the trace hangs in update 2 (reset): tells needs a failure that the process outlives",
		ask(t, "hang", battle.Request{Do: "tells", Trace: "add n=900; reset"})[0].Error)
	require.Equal(t, "the harness is at fault, in update 2 (peek): the oracle has 900", ask(t, "fault", tells)[0].Error)
	require.Equal(t, "another run that was tried hangs, which ends the process: a finding of its own: add n=500 unit=ones; peek delta=0 note=\"\"",
		ask(t, "slow neighbour", battle.Request{Do: "hangs", Trace: "add n=500; add n=500; peek"})[0].Error)
}

func TestEnginesAreAskedAboutRunsThatNeedNotFail(t *testing.T) {
	request := func(trace string) battle.Request {
		return battle.Request{Do: "tells", Trace: trace, Passing: true}
	}
	answers := ask(t, "wrap", request("reset; add n=9; peek"), request("reset; add n=77; peek"), request("# nothing"), request("dance"))
	var got told
	require.Empty(t, answers[0].Error)
	require.Nil(t, answers[0].Finding)
	require.NoError(t, json.Unmarshal(answers[0].Report, &got))
	require.Equal(t, told{3, 3, true, []string{"", ""}}, got)
	require.NotNil(t, answers[1].Finding)
	require.NoError(t, json.Unmarshal(answers[1].Report, &got))
	require.Equal(t, 3, got.Updates)
	require.Equal(t, "the trace has no updates", answers[2].Error)
	require.Contains(t, answers[3].Error, `unknown update "dance"`)

	// What hangs goes on counting: there is no report of it.
	answers = ask(t, "hang", request("peek"), request("add n=900; reset"), request("peek"))
	require.NotEmpty(t, answers[0].Report)
	require.Equal(t, battle.Hang, answers[1].Finding.Kind)
	require.Empty(t, answers[1].Report)
	require.Empty(t, answers[1].Error)
	require.Equal(t, battle.Answer{}, answers[2], "for another process")
}
