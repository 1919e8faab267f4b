package nightly_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/cmd/battle/report"

	"battle.test/farm/api/exhibit"
	"battle.test/farm/nightly"
)

var places = nightly.Places{Name: "shop", Module: "battle.test", Dir: "go"}

// states are the findings of a night, and why they are there.
func states(farm *exhibit.Farm, now time.Time) map[string]string {
	all := make(map[string]string)
	n := nightly.Of(farm, now, places)
	for _, f := range n.Findings {
		all[f.ID] = strings.TrimSpace(string(f.State) + " " + f.Why)
	}
	return all
}

func TestWhatANightHas(t *testing.T) {
	farm := exhibit.Small()
	builds := farm.Tried
	require.Equal(t, map[string]string{
		"ring-80314448":          "new",
		"tip-b208b306":           fmt.Sprintf("new it was resolved, and is back since build %.12s", builds[1].Revision),
		"snapshot-d9c5a319":      "ongoing",
		"snapshotbytes-c72eee85": "ongoing",
	}, states(farm, exhibit.Now))

	// The morning before: one was resolved in that night, and the one of today was not there.
	// What a farm shows is always of the present, so only ages differ.
	before := states(farm, exhibit.Now.Add(-20*time.Hour))
	require.Equal(t, fmt.Sprintf("resolved its trace passes since build %.12s", builds[2].Revision), before["snapshot-b339095d"])
	after := states(farm, exhibit.Now.Add(48*time.Hour))
	require.Equal(t, "ongoing", after["ring-80314448"])
	require.Equal(t, "ongoing", after["tip-b208b306"])
	require.NotContains(t, after, "snapshot-b339095d")
}

func TestWhatANightSays(t *testing.T) {
	farm := exhibit.Small()
	farm.InShort.Holding["machine"] = "5 MB of disk are free"
	farm.InShort.Broken = &farm.Tried[3]
	for i := range farm.Arms {
		if farm.Arms[i].Target == "ring" {
			farm.Arms[i].Last.Never = []string{"recover"}
		} else if farm.Arms[i].Engine == "rapid" {
			farm.Arms[i].Last.Never = []string{"only rapid did not"}
		}
	}
	n := nightly.Of(farm, exhibit.Now, places)
	text := string(n.Markdown())
	for _, want := range []string{
		"# shop: 4 open findings", "## New", "## Ongoing", "## What was not reached", "go/fuzz/ring.go:228", "go/ringbuf/answer.go", "37-38, 39-40",
		"ring: updates that never ran: recover", "5 MB of disk are free", "can't be hunted in", "go-fuzz-build: internal/godebugs", "In these 24 hours: 5 425 000 000 updates",
	} {
		require.Contains(t, strings.ReplaceAll(text, "\u202f", " "), want)
	}
	require.NotContains(t, text, "only rapid did not", "another engine did")
	page, err := n.HTML()
	require.NoError(t, err)
	for _, want := range []string{"<style>", "shop: 4 open findings", "recover", "go/ringbuf/answer.go"} {
		require.Contains(t, string(page), want)
	}
	require.NotRegexp(t, `<script|<link|src=`, string(page), "it needs nothing else")
}

// TestFormsOfANight: each is what it says it is, whatever the findings have in them.
func TestFormsOfANight(t *testing.T) {
	farm := exhibit.Small()
	const nasty = "]]> </script> \x00 & | ` *"
	farm.Filed[0].Found.Message, farm.Filed[0].Found.Trace[0] = nasty, nasty
	mux := http.NewServeMux()
	nightly.Handle(mux, farm, func() time.Time { return exhibit.Now }, places)
	get := func(path, kind string) []byte {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		require.Equal(t, http.StatusOK, w.Code, path)
		require.True(t, strings.HasPrefix(w.Header().Get("Content-Type"), kind), path)
		require.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'")
		return w.Body.Bytes()
	}
	get("/nightly.md", "text/markdown")
	get("/nightly.html", "text/html")
	r, err := report.Parse(get("/nightly.json", "application/json"))
	require.NoError(t, err)
	require.Len(t, r.Findings, 4)
	var sarif struct {
		Version string `json:"version"`
		Runs    []struct {
			Results []struct {
				Locations []struct {
					Physical struct {
						Artifact struct {
							URI string `json:"uri"`
						} `json:"artifactLocation"`
					} `json:"physicalLocation"`
				} `json:"locations"`
			} `json:"results"`
		} `json:"runs"`
	}
	require.NoError(t, json.Unmarshal(get("/nightly.sarif", "application/sarif+json"), &sarif))
	require.Equal(t, "2.1.0", sarif.Version)
	require.Len(t, sarif.Runs[0].Results, 4)
	require.Equal(t, "go/fuzz/ring.go", sarif.Runs[0].Results[0].Locations[0].Physical.Artifact.URI)
	var junit struct {
		XMLName  xml.Name `xml:"testsuites"`
		Failures int      `xml:"failures,attr"`
	}
	require.NoError(t, xml.Unmarshal(get("/nightly.xml", "application/xml"), &junit))
	require.Equal(t, 4, junit.Failures)
}

// A place is one of the repository only if its package is of the module.
func TestPlacesInTheRepository(t *testing.T) {
	for place, want := range map[string]string{
		"battle.test/fuzz/ring.go:228": "go/fuzz/ring.go:228", "other.test/x.go:1": "", "battle.test/../x.go:1": "", "battle.test/x.go:0": "", "battle.tester/x.go:7": "", "": "",
	} {
		farm := exhibit.Small()
		farm.Filed = farm.Filed[:1]
		farm.Filed[0].Found.Failure = battle.Failure{Kind: battle.Mismatch, Place: place}
		n := nightly.Of(farm, exhibit.Now, places)
		require.Equal(t, want, n.Findings[0].At.String(), place)
		n = nightly.Of(farm, exhibit.Now, nightly.Places{})
		require.Empty(t, n.Findings[0].At.String(), "no module is known")
	}
	farm := exhibit.Small()
	farm.Filed = farm.Filed[:1]
	farm.Filed[0].Found.Failure = battle.Failure{Kind: battle.Panic, Place: "runtime/panic.go:9", Stack: "x\n\truntime/panic.go:9\ny\n\tbattle.test/ringbuf/ring.go:31\n"}
	n := nightly.Of(farm, exhibit.Now, places)
	require.Equal(t, "go/ringbuf/ring.go:31", n.Findings[0].At.String(), "the innermost frame that is in it")
}

func TestANightOfAnEmptyFarm(t *testing.T) {
	n := nightly.Of(&exhibit.Farm{}, exhibit.Now, nightly.Places{})
	require.Contains(t, string(n.Markdown()), "# Battletest farm: 0 open findings")
	_, err := n.SARIF()
	require.NoError(t, err)
	_, err = n.JUnit()
	require.NoError(t, err)
}
