package battle_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
)

// ask sends requests to this test binary, as the battle command does.
func ask(t *testing.T, bug string, requests ...battle.Request) []battle.Answer {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "requests.json"), filepath.Join(dir, "answers.json")
	document, err := json.Marshal(requests)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(in, document, 0o600))
	output, status := child(t, bug, []string{
		battle.EnvEngine + "=answer", battle.EnvTarget + "=counter", battle.EnvBudget + "=1m",
		battle.EnvRequests + "=" + in, battle.EnvAnswers + "=" + out,
	}, "-test.run=^FuzzCounter$")
	require.Equal(t, 0, status, "%s", output)
	document, err = os.ReadFile(out)
	require.NoError(t, err, "%s", output)
	var answers []battle.Answer
	require.NoError(t, json.Unmarshal(document, &answers))
	require.Len(t, answers, len(requests))
	return answers
}

func TestRequestsAreAnswered(t *testing.T) {
	tape, err := battle.Encode(counterTarget(""), &Add{N: 9}, &Reset{})
	require.NoError(t, err)
	const trace = "add n=9 unit=ones\nreset\n"
	answers := ask(t, "wrap",
		battle.Request{Do: "describe"},
		battle.Request{Do: "parse", File: "x.trace", Trace: "add n=9; reset"},
		battle.Request{Do: "parse", File: "x.trace", Trace: "add n=9; rset"},
		battle.Request{Do: "print", Tape: tape},
		battle.Request{Do: "run", Tape: tape},
		battle.Request{Do: "run", Trace: "reset; add n=77; reset"},
		battle.Request{Do: "minimize", Trace: "reset; add n=77; reset"},
		battle.Request{Do: "minimize", Trace: "reset"},
		battle.Request{Do: "corpus"},
		battle.Request{Do: "dance", Trace: "reset"},
	)
	d := answers[0].Description
	require.Equal(t, "counter", d.Target)
	require.Equal(t, "FuzzCounter", d.Func)
	require.Equal(t, battle.OpInfo{Name: "add", Weight: 4, Fields: []battle.FieldInfo{{Name: "n", Values: "0..1000"}, {Name: "unit", Values: "ones, tens or hundreds"}}}, d.Ops[0])
	require.Equal(t, battle.OpInfo{Name: "reset", Weight: 1, Fields: []battle.FieldInfo{}}, d.Ops[1])
	require.Equal(t, battle.Answer{Trace: trace, Tape: tape, Updates: 2}, answers[1])
	require.Equal(t, `x.trace:1:10: unknown update "rset" in target counter, want add, reset or peek`, answers[2].Error)
	require.Equal(t, battle.Answer{Trace: trace, Tape: tape, Updates: 2}, answers[3])
	require.Nil(t, answers[4].Finding)
	require.Equal(t, 2, answers[4].Updates)
	require.Equal(t, 1, answers[5].Finding.Moment)
	require.Len(t, answers[5].Finding.Trace, 3, "a run is not minimised")
	require.Equal(t, []string{"add n=77 unit=ones"}, answers[6].Finding.Trace)
	require.Nil(t, answers[7].Finding)
	require.Len(t, answers[8].Corpus, 6)
	for _, item := range answers[8].Corpus {
		require.NotEmpty(t, item.Trace)
		require.Equal(t, item.Trace, battle.Trace(counterTarget(""), item.Tape))
	}
	require.Equal(t, `unknown request "dance"`, answers[9].Error)
}
