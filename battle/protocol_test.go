package battle

import (
	"testing"
	"time"
)

func TestOrdersAreRead(t *testing.T) {
	environment := map[string]string{
		EnvEngine: "rapid", EnvTarget: "ring", EnvDir: "/x", EnvShared: "/y", EnvSeed: "0x10", EnvBudget: "1m30s",
		EnvStop: "first", EnvVariable: "Ring", EnvBug: "tip-bug", EnvCorpus: "seeds", EnvClock: "cpu", EnvLine: "turns",
	}
	got, err := ordersFrom(func(name string) string { return environment[name] })
	want := orders{
		engine: "rapid", target: "ring", dir: "/x", shared: "/y", seed: 16, budget: 90 * time.Second,
		stopFirst: true, variable: "Ring", bug: "tip-bug", seedsOnly: true, inCPU: true, byTurns: true,
	}
	if err != nil || got != want {
		t.Errorf("got %+v and %v, want %+v", got, err, want)
	}
	if !want.concerns(&plan{name: "ring"}) || want.concerns(&plan{name: "tip"}) || !(orders{}).concerns(&plan{name: "tip"}) {
		t.Error("orders for one target concern that one alone")
	}
}

// A misspelt order must not turn into an ordinary green test run.
func TestOrdersThatMakeNoSenseAreRefused(t *testing.T) {
	for _, c := range []struct {
		environment map[string]string
		want        string
	}{
		{map[string]string{EnvEngine: "afk", EnvDir: "/x"}, `BATTLE_ENGINE="afk": want native, gofuzz, rapid, answer, or nothing`},
		{map[string]string{EnvDir: "/x"}, `BATTLE_DIR is set and BATTLE_ENGINE is not`},
		{map[string]string{EnvShared: "/x"}, `BATTLE_SHARED is set and BATTLE_ENGINE is not`},
		{map[string]string{EnvRequests: "/x"}, `BATTLE_REQUESTS is set and BATTLE_ENGINE is not`},
		{map[string]string{EnvCorpus: "seeds"}, `BATTLE_CORPUS is set and BATTLE_ENGINE is not`},
		{map[string]string{EnvEngine: "native", EnvDir: "/x", EnvCorpus: "none"}, `BATTLE_CORPUS="none": want seeds, or nothing`},
		{map[string]string{EnvEngine: "rapid", EnvDir: "/x", EnvClock: "wall"}, `BATTLE_CLOCK="wall": want cpu, or nothing`},
		{map[string]string{EnvLine: "stdin"}, `BATTLE_LINE is set and BATTLE_ENGINE is not`},
		{map[string]string{EnvEngine: "native", EnvDir: "/x", EnvLine: "3"}, `BATTLE_LINE="3": want stdin, turns, or nothing`},
		{map[string]string{EnvEngine: "native"}, `BATTLE_ENGINE=native needs BATTLE_DIR`},
		{map[string]string{EnvEngine: "answer", EnvRequests: "/x"}, `BATTLE_ENGINE=answer needs BATTLE_REQUESTS and BATTLE_ANSWERS`},
		{map[string]string{EnvEngine: "native", EnvDir: "/x", EnvSeed: "-1"}, `BATTLE_SEED="-1" is not a number of 64 bits`},
		{map[string]string{EnvEngine: "native", EnvDir: "/x", EnvBudget: "30"}, `BATTLE_BUDGET="30" is not a duration like 30s`},
		{map[string]string{EnvEngine: "native", EnvDir: "/x", EnvStop: "soon"}, `BATTLE_STOP="soon": want first, or nothing`},
		{map[string]string{EnvEngine: "rapid", EnvDir: "/x"}, `BATTLE_ENGINE=rapid needs a BATTLE_BUDGET above zero, got 0s`},
		{map[string]string{EnvEngine: "rapid", EnvDir: "/x", EnvBudget: "-1s"}, `BATTLE_ENGINE=rapid needs a BATTLE_BUDGET above zero, got -1s`},
	} {
		_, err := ordersFrom(func(name string) string { return c.environment[name] })
		if err == nil || err.Error() != c.want {
			t.Errorf("%v:\ngot  %v\nwant %s", c.environment, err, c.want)
		}
	}
	got, err := ordersFrom(func(name string) string { return map[string]string{EnvBug: "tip-bug"}[name] })
	if err != nil || got != (orders{bug: "tip-bug"}) {
		t.Errorf("a planted bug alone: got %+v and %v", got, err)
	}
}
