package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/explore"
)

// pageOf is a hunt's page, read as XML, which it is too.
func pageOf(t *testing.T, h *hunt, all []*battle.Finding, explanations map[string]*explained) (page, text string, names map[string]int) {
	t.Helper()
	h.page = filepath.Join(t.TempDir(), "new", "page.html")
	require.NoError(t, h.writePage(all, explanations))
	document, err := os.ReadFile(h.page)
	require.NoError(t, err)
	text, names = readXML(t, document)
	return string(document), text, names
}

// TestHuntPageIsWellFormed has text in every place that would not be.
func TestHuntPageIsWellFormed(t *testing.T) {
	j := exploredJob(t)
	stats := j.stats()
	p, _ := progressOf(stats)
	p.Files, p.Unreached = nil, nil // no sources to read: see the script
	p.DoomedPlaces[0].Shows, p.DoomedPlaces[0].Trace = nasty, []string{nasty}
	stats.Ops[0].Name, stats.Labels[0].Name, stats.Progress = nasty, nasty, p
	j = finished(t, "list", explorer{}, stats)
	j.trend = []sample{{1, 5, 60, 20}, {2, 9, 77, 30}}
	j.note = nasty
	e := twoCoins()
	e.Finding.ID = "coins-1"
	h := emptyHunt(t)
	h.jobs = []*job{j, finished(t, "other", rapidEngine{}, battle.Stats{Runs: 2, Updates: 9})}
	page, text, names := pageOf(t, h, []*battle.Finding{e.Finding, {ID: "coins-2", Target: nasty}}, map[string]*explained{"coins-1": e})

	require.Zero(t, names["script"]+names["link"]+names["img"], "the page needs nothing but itself")
	require.Equal(t, 5, names["svg"], "three trends and the likelihood, for a desk and for a phone")
	require.NotContains(t, page, "ZgotmplZ", "a link or a style that the template refused")
	require.Regexp(t, `href="[^"]*/findings/coins-1\.html"`, page)
	require.NotRegexp(t, `href="[^"]*coins-2\.html"`, page)
	for _, want := range []string{
		"A hunt in list, other: 2 findings", nasty, "30 moments kept of 2000 bursts", "77 traits told apart, the last new one 3.2s before the end",
		"Of the last 1000 bursts 4 showed something new: 4 (1.6–10) of 1000", "5 moments of 30 are doomed", "401 bursts from 1 moment", "1 update deep",
		"Never in a row: pass-until-next after pass-until-next", "traits over time: 77 after 2.0 s", "10.0 %", "Too many states to tell apart: time, hash.",
	} {
		require.Contains(t, strings.Join(strings.Fields(text), " "), want)
	}
	for _, link := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		require.Contains(t, page, ` id="`+link[1]+`"`, "#%s leads nowhere", link[1])
	}
}

// A hunt that was cut short has no report of the explorer, or one with nothing in it.
func TestHuntPageOfAShortHunt(t *testing.T) {
	h := emptyHunt(t)
	h.jobs = []*job{finished(t, "ring", explorer{}, battle.Stats{})}
	_, text, _ := pageOf(t, h, nil, nil)
	require.Contains(t, text, "A hunt in ring: 0 findings")
	require.NotContains(t, text, "What the explorer knows")

	h.jobs = []*job{finished(t, "ring", explorer{}, battle.Stats{Progress: explore.Progress{}})}
	_, text, _ = pageOf(t, h, nil, nil)
	require.Contains(t, text, "The hunt ended with the explorer's first runs.")
	require.NotContains(t, text, "What the explorer knows")

	h.jobs = []*job{finished(t, "ring", explorer{}, battle.Stats{Progress: explore.Progress{Bursts: 1}})}
	_, text, _ = pageOf(t, h, nil, nil)
	require.Contains(t, text, "No blocks were counted")
}

func TestHuntPageQuotesSources(t *testing.T) {
	h := emptyHunt(t)
	h.jobs = []*job{exploredJob(t)}
	dir := t.TempDir()
	h.workshop = &workshop{dirs: map[string]string{"m": dir}}
	for _, name := range []string{"a.go", "b.go"} {
		var lines []string
		for n := range 12 {
			lines = append(lines, fmt.Sprintf("%s line %d <", name, n+1))
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(strings.Join(lines, "\n")), 0o644))
	}
	page, text, _ := pageOf(t, h, nil, nil)
	var never []string
	for _, found := range regexp.MustCompile(`(?m)▌ +(.*)$`).FindAllStringSubmatch(text, -1) {
		never = append(never, found[1])
	}
	require.Equal(t, []string{
		"a.go line 1 <", "a.go line 2 <", "a.go line 4 <",
		"b.go line 5 <", "b.go line 6 <", "b.go line 7 <", "b.go line 8 <", "b.go line 9 <",
	}, never)
	require.Contains(t, text, "9 of 12 blocks of code ran")
	require.Regexp(t, `href="[^"]*/a\.go#L4"`, page)
	require.NoError(t, os.Remove(filepath.Join(dir, "b.go")))
	require.ErrorContains(t, h.writePage(nil, nil), "-html: ")
}

func TestATrendIsDrawnToItsTop(t *testing.T) {
	all := trends([]sample{{1, 5, 60, 0}, {4, 10, 60, 0}})
	require.True(t, bytes.Contains(all[0].svg(), []byte(`points="0.0,88.0 60.0,57.0 240.0,26.0"`)), "%s", all[0].svg())
	require.Contains(t, string(all[1].svg()), "<title>traits over time: 60 after 4.0 s</title>")
	readXML(t, trends(nil)[2].svg())
}
