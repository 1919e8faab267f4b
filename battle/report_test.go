package battle

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

func someStats() Stats {
	return Stats{
		Target: "ring", Engine: "native", PID: 7, Runs: 10, Updates: 200,
		Ops:      []OpStats{{"append", 150}, {"read", 50}, {"restart", 0}},
		Labels:   []LabelStat{{"wrapped", 4, 9}},
		Findings: []string{"ring-1"}, Elapsed: Duration(1500 * time.Millisecond),
	}
}

func TestStatsAddUp(t *testing.T) {
	sum := someStats()
	sum.Add(Stats{
		Runs: 5, Updates: 100,
		Ops:      []OpStats{{"read", 60}, {"append", 30}, {"view", 10}},
		Labels:   []LabelStat{{"too old", 1, 1}, {"wrapped", 2, 2}},
		Findings: []string{"ring-2"},
	})
	want := Stats{
		Target: "ring", Engine: "native", PID: 7, Runs: 15, Updates: 300,
		Ops:      []OpStats{{"append", 180}, {"read", 110}, {"restart", 0}, {"view", 10}},
		Labels:   []LabelStat{{"wrapped", 6, 11}, {"too old", 1, 1}},
		Findings: []string{"ring-1", "ring-2"}, Elapsed: Duration(1500 * time.Millisecond),
	}
	if !reflect.DeepEqual(sum, want) {
		t.Errorf("got  %+v\nwant %+v", sum, want)
	}
}

func TestStatsSurviveJSON(t *testing.T) {
	document, err := json.Marshal(someStats())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(document), `"elapsed":1.5`) {
		t.Errorf("a duration in JSON is in seconds: %s", document)
	}
	var got Stats
	if err := json.Unmarshal(document, &got); err != nil || !reflect.DeepEqual(got, someStats()) {
		t.Errorf("got %+v and %v, want %+v", got, err, someStats())
	}
	var d Duration
	if err := json.Unmarshal([]byte(`"soon"`), &d); err == nil {
		t.Error("a duration that is no number was read")
	}
}

func TestTheTableNamesWhatNeverRan(t *testing.T) {
	want := `200 updates in 10 runs
  append                            150   75.0 % of updates
  read                               50   25.0 % of updates
  restart                             0    0.0 % of updates
  label wrapped                       4   40.0 % of runs
  never ran: restart
`
	if got := someStats().Table(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := (Stats{}).Table(); got != "0 updates in 0 runs\n" {
		t.Errorf("of nothing: got %q", got)
	}
}

func TestRequiredLabelsAreMissed(t *testing.T) {
	stats := someStats()
	stats.Add(Stats{Required: []Requirement{Require("wrapped", 0.4), Require("wrapped", 0.41), Require("never", 0.001)}})
	var got []string
	for _, gap := range stats.Gaps() {
		got = append(got, gap.String())
	}
	want := []string{
		`label "wrapped": 4 of 10 runs (40.00 %), want at least 41.00 %`,
		`label "never": 0 of 10 runs (0.00 %), want at least 0.10 %`,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// A tally is what the subject itself counted: all that was applied, and all that New made.
type tally struct{ runs, updates uint64 }

type fall struct {
	How uint8 `draw:"0..3"`
}

// Apply fails in each way in which a run can end.
func (u *fall) Apply(t *T, n *tally) {
	n.updates++
	switch u.How {
	case 1:
		t.Errorf("noted")
	case 2:
		t.FailNow()
	case 3:
		panic("fallen")
	}
}

func TestRunsAndUpdatesAreThoseThatTheSubjectCounts(t *testing.T) {
	var subject tally
	r := newRunner(compile(Target[*tally]{
		Name: "falls", New: func() *tally { subject.runs++; return &subject }, Ops: Ops(Op[*fall](1)),
		Clone: func(n *tally) *tally { return n },
	}))
	header := make([]byte, headerSize)
	for _, how := range []string{"", "\x00\x00\x00\x00", "\x00\x01", "\x00\x00\x00\x02", "\x00\x03", "\x00\x00\x00\x01\x00\x00"} {
		r.tape(append(header, how...))
	}
	subject.runs++ // one that goes on in the middle counts too
	r.resume(&State{clone: &subject, moment: 7}, header)
	r.extend(append(header, 0, 0, 0, 3), len(header))
	r.end()
	if got := (tally{r.stats.runs, r.stats.updates()}); got != subject || got.updates != 10 {
		t.Errorf("got %+v, the subject counts %+v, want 10 updates", got, subject)
	}
}

// An engine that asks after every 50th run never asks after a multiple of 32 twice in a
// row; its progress must not stand still.
func TestProgressIsReportedHoweverOftenAnEngineAsks(t *testing.T) {
	s := newSession(everythingPlan(), orders{engine: engineRapid, dir: t.TempDir()}, source{})
	reports := 0
	for runs := uint64(49); runs < 1000; runs += 50 {
		s.runner.stats.runs = runs
		s.reported = time.Time{}
		s.maybeReport()
		if !s.reported.IsZero() {
			reports++
		}
	}
	if want := 20; reports != want {
		t.Errorf("got %d reports, want %d", reports, want)
	}
	s.reported = time.Time{}
	s.runner.stats.runs++
	s.maybeReport()
	if !s.reported.IsZero() {
		t.Error("the clock was read again one run later")
	}
}
