package likelihood

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/explore"
)

func TestSharesAreWrittenHonestly(t *testing.T) {
	for p, want := range map[float64]string{0: "0 %", 1: "100 %", 0.9999: "99.9 %", 0.0001: "0.1 %", 0.25: "25.0 %"} {
		require.Equal(t, want, Percentage(p))
	}
}

func twoUpdates() *Account {
	at := func(moment int, p float64) explore.Point {
		return explore.Point{Moment: moment, Share: explore.Share{Fails: int(100 * p), Runs: 100, P: p}}
	}
	return &Account{
		Finding:     &battle.Finding{Target: "coins", Trace: []string{"toss", "toss"}},
		Explanation: &explore.Explanation{Length: 2, Points: []explore.Point{at(0, 0.25), at(1, 0.5), at(2, 1)}, Culprit: &explore.Culprit{Update: 1, After: 1, Factor: 2}, Alike: []int{2}},
	}
}

// What Check lets through can be said and drawn; what it refuses would have panicked.
func TestAnAccountThatLacksSomethingIsRefused(t *testing.T) {
	whole := twoUpdates()
	require.NoError(t, whole.Check())
	require.NotEmpty(t, whole.Verdict())
	require.Contains(t, string(whole.SVG()), "<style>")
	require.NotContains(t, string(whole.Pictures()), "<style>")
	require.Equal(t, 1, strings.Count(string(whole.Styled()), "<style>"))
	require.Equal(t, 2*strings.Count(string(whole.SVG()), "<circle"), strings.Count(string(whole.Pictures()), "<circle"))

	for name, spoil := range map[string]func(*Account){
		"no explanation":       func(a *Account) { a.Explanation = nil },
		"no points":            func(a *Account) { a.Explanation.Points = nil },
		"another trace":        func(a *Account) { a.Finding.Trace = a.Finding.Trace[:1] },
		"another loosened one": func(a *Account) { a.Explanation.Loosened = []string{"toss"} },
		"moments out of order": func(a *Account) { a.Explanation.Points[1].Moment = 0 },
		"a culprit of none":    func(a *Account) { a.Explanation.Culprit.Update = 3 },
		"a point of none":      func(a *Account) { a.Explanation.Culprit.After = 3 },
		"nothing before it":    func(a *Account) { a.Explanation.Culprit.After = 0 },
		"alike to none":        func(a *Account) { a.Explanation.Alike = []int{0} },
	} {
		a := twoUpdates()
		spoil(a)
		require.Error(t, a.Check(), name)
	}
}
