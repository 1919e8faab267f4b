package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/cmd/battle/likelihood"
	"battle.test/explore"
)

// nasty is text that must not get into a page or a picture as it is.
const nasty = `say <script>alert("1 & 2")</script> ]]> 'x'`

func twoCoins() *explained {
	at := func(moment, fails int, low, high float64) explore.Point {
		return explore.Point{Moment: moment, Share: explore.Share{Fails: fails, Runs: 1000, P: float64(fails) / 1000, Low: low, High: high}}
	}
	account := likelihood.Account{
		Finding: &battle.Finding{
			Target: "coins", Trace: []string{"toss heads=true", nasty},
			Failure: battle.Failure{Kind: battle.Mismatch, Message: nasty, Op: "toss", Moment: 1, Place: "example.test/coins/coins.go:7", Expected: nasty},
			Replay:  "battle replay " + nasty,
		},
		Explanation: &explore.Explanation{
			Seed: 1, Length: 2, Tight: true, Futures: 3000, Others: 4, Blocks: 9,
			Points:  []explore.Point{at(0, 251, 0.225, 0.279), at(1, 502, 0.471, 0.533), at(2, 1000, 0.996, 1)},
			Culprit: &explore.Culprit{Update: 1, Before: 0, After: 1, Factor: 2, Least: 1.7, Removed: explore.Share{Runs: 1}, Replaced: explore.Share{Fails: 50, Runs: 100, P: 0.5}},
			Alike:   []int{2},
			Lines: []explore.Line{
				{File: "example.test/coins/coins.go", Line: 7, Last: 8, IfFails: 1, IfRuns: 0.875, Runs: 8, RunsFails: 7},
				{File: "example.test/oracle/coins.go", Line: 3, Last: 3, IfFails: 1, IfRuns: 0.5, Runs: 14, RunsFails: 7},
			},
		},
	}
	return &explained{Account: account, Sources: []string{`if heads == 2 && a < b {`, "return both"}}
}

func TestExplanationAsText(t *testing.T) {
	e := twoCoins()
	e.Finding.Trace[1], e.Finding.Message = "toss heads=true", "both are heads"
	require.Equal(t, `coins: mismatch in update 2 of 2 (toss): both are heads

to blame: update 1: toss heads=true
  It raises the likelihood that a run of 2 updates fails in this way from 25.1 % to 50.2 %: twice as likely.
  Update 2 may raise it as much: toss heads=true.
  Without update 1, the trace does not fail in this way; with another, random toss in its place and the rest as it is, it fails in this way 50.0 % of the time.
  The failure shows in update 2: toss heads=true.

  after  likelihood  0 %        100 %      95 % interval          rises  futures  update
      0      25.1 %  █████░                22.5 to 27.9 %                   1000  (the start)
>     1      50.2 %  ██████████░           47.1 to 53.3 %          ×2.0     1000  toss heads=true
      2       100 %  ████████████████████  99.6 to 100.0 %         ×2.0     1000  toss heads=true

  runs, if it fails  fails, if it runs  line
              100 %             87.5 %  example.test/coins/coins.go:7  if heads == 2 && a < b {
              100 %             50.0 %  example.test/oracle/coins.go:3 (oracle)  return both

3000 futures of 2 updates in all, 4 of them failed in another way; seed 1
`, e.text())
}

func TestExplanationSaysWhatIsNotKnown(t *testing.T) {
	e := twoCoins()
	x := e.Explanation
	x.Tight, x.Blocks, x.Lines, x.Alike = false, 0, nil, nil
	x.Culprit.Update, x.Culprit.Highest, x.Culprit.Before, x.Culprit.After = 2, 0, 1, 2
	x.Culprit.Removed = explore.Share{Fails: 3, Runs: 100, P: 0.03}
	x.Points[0].Share = explore.Share{Runs: 1000}
	x.Culprit.Factor = 0
	text := e.text()
	for _, want := range []string{
		"where none did before",
		"Without update 2, the trace fails in this way 3.0 % of the time;",
		"No earlier update makes it much more likely",
		"The budget ended before the intervals at the jump were within 5 points.",
		"no lines were counted",
	} {
		require.Contains(t, text, want)
	}
	x.Alike = []int{1}
	require.Contains(t, e.text(), "Update 1 may raise it as much")
	require.NotContains(t, e.text(), "No earlier update")
	x.Culprit.Removed, x.Culprit.Other = explore.Share{Runs: 1}, 1
	require.Contains(t, e.text(), "Without update 2, the trace fails in another way, so that what is wrong may be wrong before it;")
	x.Culprit.Factor, x.Points[0].P = 1.5, 0.9
	require.Contains(t, e.text(), "which it never was before: at most 90.0 %")

	x.Culprit = nil
	require.Contains(t, e.text(), "to blame: no update more than others\n  Before the first update, 90.0 % of all runs of 2 updates fail in this way.")
	x.Points[0].Runs = 0
	require.Contains(t, e.text(), "to blame: unknown: the budget ended")
	require.Contains(t, e.text(), "unknown  ")
}

// A culprit may only bring back what other runs had time for.
func TestExplanationSaysThatTheLikelihoodHadSunk(t *testing.T) {
	e := twoCoins()
	e.Finding.Trace = []string{"look", "toss heads=true", "look"}
	x := e.Explanation
	sunk := explore.Point{Moment: 1, Share: explore.Share{Runs: 128, High: 0.029}}
	x.Points[1].Moment, x.Points[2].Moment = 2, 3
	x.Points = []explore.Point{x.Points[0], sunk, x.Points[1], x.Points[2]}
	x.Points[0].Share, x.Points[2].Share = x.Points[2].Share, x.Points[0].Share
	x.Culprit.Update, x.Culprit.Before, x.Culprit.After, x.Culprit.Factor, x.Culprit.Sunk = 2, 1, 2, 0, true
	x.Alike = nil
	text := e.text()
	for _, want := range []string{
		"to blame: update 2: toss heads=true\n",
		"fails in this way from 0 % to 25.1 %, where none did right before.",
		"Before it the likelihood had sunk: it was 50.2 % at the start, when other runs had time to do the like.",
		"The failure shows in update 3: look.",
		"from none     1000  toss heads=true\n",
	} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, "No earlier update")

	x.Points[1].P, x.Culprit.Factor = 0.01, 25.1
	require.Contains(t, e.text(), "from 1.0 % to 25.1 %: 25 times as likely.")
	require.Contains(t, e.text(), "×25     1000  toss heads=true\n")
	x.Points[0].High, x.Points[1].Share, x.Points[1].Low, x.Culprit.Highest = 0.01, x.Points[0].Share, 0.4, 1
	require.Contains(t, e.text(), "it was 50.2 % after update 1, when")
}

// A finding has one trace, whatever was tried: the numbers that stood in for it are beside it.
func TestExplanationTellsTheTraceFromWhatWasTried(t *testing.T) {
	e := twoCoins()
	e.Finding.Trace = []string{"toss heads=true by=1", "look"}
	e.Explanation.Loosened = []string{"toss heads=true by=77", "look"}
	text := e.text()
	for _, want := range []string{
		"to blame: update 1: toss heads=true by=1\n",
		"what was tried is the same updates with other numbers",
		"Without update 1, that trace does not fail in this way",
		"The failure shows in update 2: look.",
		" 1000  toss heads=true by=1\n" + strings.Repeat(" ", beforeUpdate) + "  tried with by=77\n",
		" 1000  look\n\n",
	} {
		require.Contains(t, text, want)
	}
	page, err := e.page()
	require.NoError(t, err)
	said, _ := readXML(t, page)
	require.Contains(t, said, "toss heads=true by=1tried with by=77")

	e.Finding.Trace[0], e.Explanation.Loosened[0] = `say what="a b"`, `say what="a b c"`
	require.Contains(t, e.text(), `tried with say what="a b c"`)
}

// What a planted bug has changed is named: among the telling lines, where it is, and else by itself.
func TestExplanationMarksWhatTheBugHasChanged(t *testing.T) {
	e := twoCoins()
	e.Explanation.Lines[1].File = "example.test/coins/coins.go"
	again := e.Explanation.Lines[0]
	again.Line, again.Last = 20, 23
	e.Explanation.Lines, e.Sources = append(e.Explanation.Lines, again), append(e.Sources, "return heads > 1")
	require.Contains(t, e.text(), `
              100 %             87.5 %  example.test/coins/coins.go:7, 20  if heads == 2 && a < b {
              100 %             50.0 %  example.test/coins/coins.go:3  return both

3000 futures`, "what ran as often is a row")

	e.Planted = &changes{Bug: "greedy", Spans: []changedSpan{{"example.test/coins/coins.go", 21, 21}, {"example.test/coins/coins.go", 40, 42}}}
	require.Contains(t, e.text(), `
              100 %             87.5 %  example.test/coins/coins.go:20, 7 (changed by greedy)  return heads > 1
              100 %             50.0 %  example.test/coins/coins.go:3  return both

  changed by greedy, too, and no more telling than others: example.test/coins/coins.go:40-42

3000 futures`)
	for i := range 2 * linesShown { // it is shown, be it far down
		more := explore.Line{File: "example.test/coins/other.go", Line: i + 1, Last: i + 1, Runs: 100 + i}
		e.Explanation.Lines, e.Sources = append([]explore.Line{more}, e.Explanation.Lines...), append([]string{"x"}, e.Sources...)
	}
	require.Contains(t, e.text(), "coins.go:20, 7 (changed by greedy)")
	require.NotContains(t, e.text(), "coins.go:3 ")
	page, err := e.page()
	require.NoError(t, err)
	said, _ := readXML(t, page)
	require.Contains(t, said, "changed by greedyexample.test/coins/coins.go:20return heads > 1")
	require.Contains(t, said, "changed by greedy, too, and no more telling than others: example.test/coins/coins.go:40-42.")
}

// TestPictureAndPageAreWellFormed reads both as XML, with text in them that would not be.
func TestPictureAndPageAreWellFormed(t *testing.T) {
	e := twoCoins()
	for _, culprit := range []*explore.Culprit{e.Explanation.Culprit, nil} {
		e.Explanation.Culprit = culprit
		text, names := readXML(t, e.SVG())
		require.Equal(t, culprit != nil, names["rect"] == 1, "the jump is marked")
		require.Equal(t, 3, names["circle"])
		require.Zero(t, names["script"])
		require.Contains(t, text, "25.1 %")
		require.Contains(t, text, nasty)

		page, err := e.page()
		require.NoError(t, err)
		text, names = readXML(t, page)
		require.Equal(t, 2, names["svg"], "one for a desk, and one for a phone")
		require.Equal(t, 2, names["table"])
		require.Zero(t, names["script"]+names["link"]+names["img"], "the page needs nothing but itself")
		require.Contains(t, text, "To blame: "+e.Blame())
		require.Contains(t, text, nasty)
		require.Contains(t, text, e.Sources[0])
		require.Contains(t, text, "oracleexample.test/oracle/coins.go:3return both")
		for _, sentence := range e.Verdict() {
			require.Contains(t, text, sentence)
		}
	}
}

// readXML returns the text of a document, and counts its elements.
func readXML(t *testing.T, document []byte) (text string, names map[string]int) {
	t.Helper()
	names = make(map[string]int)
	var all strings.Builder
	for decoder := xml.NewDecoder(bytes.NewReader(document)); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return all.String(), names
		}
		require.NoError(t, err, "%s", document)
		switch token := token.(type) {
		case xml.StartElement:
			names[token.Name.Local]++
		case xml.CharData:
			all.Write(token)
		}
	}
}

func TestExplanationAsJSON(t *testing.T) {
	document, err := json.Marshal(twoCoins())
	require.NoError(t, err)
	again := &explained{}
	require.NoError(t, json.Unmarshal(document, again))
	require.Equal(t, twoCoins(), again)
}
