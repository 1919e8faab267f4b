package battle

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Stats say what a session has done so far.
type Stats struct {
	Target   string        `json:"target"`
	Engine   string        `json:"engine"`
	PID      int           `json:"pid"`
	Runs     uint64        `json:"runs"`
	Updates  uint64        `json:"updates"`
	Ops      []OpStats     `json:"ops"`
	Labels   []LabelStat   `json:"labels"`
	Required []Requirement `json:"required,omitempty"` // labels, see [Target.Require]
	Findings []string      `json:"findings"`           // IDs
	Elapsed  Duration      `json:"elapsed"`            // seconds
	CPU      Duration      `json:"cpu"`                // seconds that the process has had
	Progress any           `json:"progress,omitempty"` // of an engine that was registered: its own
	Exchange Exchange      `json:"exchange,omitzero"`  // with other processes that hunt in the target
	Done     bool          `json:"done"`
}

// OpStats counts the updates of a kind.
type OpStats struct {
	Name  string `json:"name"`
	Count uint64 `json:"count"`
}

// LabelStat counts the runs that carried a label, and how often it was set.
type LabelStat struct {
	Name string `json:"name"`
	Runs uint64 `json:"runs"`
	Hits uint64 `json:"hits"`
}

func (s *session) stats() Stats {
	r := s.runner
	st := Stats{
		Target: s.plan.name, Engine: s.orders.engine, PID: os.Getpid(),
		Runs: r.stats.runs, Updates: r.stats.updates(),
		Required: s.plan.require, Findings: slices.Clone(s.findings),
		Elapsed: Duration(time.Since(s.started)), CPU: Duration(cpuTime()),
	}
	for i, k := range s.plan.kinds {
		st.Ops = append(st.Ops, OpStats{k.name, r.stats.byKind[i]})
	}
	for _, l := range r.t.labels.seen {
		st.Labels = append(st.Labels, LabelStat{l.name, l.runs, l.hits})
	}
	if s.pool != nil {
		st.Exchange = s.pool.Exchange
	}
	slices.SortFunc(st.Labels, func(a, b LabelStat) int { return strings.Compare(a.Name, b.Name) })
	return st
}

// Add adds the counts of another process of the same hunt.
func (s *Stats) Add(o Stats) {
	s.Runs += o.Runs
	s.Updates += o.Updates
	s.CPU += o.CPU
	for _, op := range o.Ops {
		i := slices.IndexFunc(s.Ops, func(mine OpStats) bool { return mine.Name == op.Name })
		if i < 0 {
			s.Ops = append(s.Ops, op)
		} else {
			s.Ops[i].Count += op.Count
		}
	}
	for _, l := range o.Labels {
		i := slices.IndexFunc(s.Labels, func(mine LabelStat) bool { return mine.Name == l.Name })
		if i < 0 {
			s.Labels = append(s.Labels, l)
		} else {
			s.Labels[i].Runs += l.Runs
			s.Labels[i].Hits += l.Hits
		}
	}
	if o.Required != nil {
		s.Required = o.Required
	}
	s.Findings = append(s.Findings, o.Findings...)
	s.Exchange.add(o.Exchange)
	if o.Progress != nil {
		s.Progress = o.Progress
	}
}

// NeverRan lists the kinds of update that have not run.
func (s Stats) NeverRan() []string {
	var names []string
	for _, op := range s.Ops {
		if op.Count == 0 {
			names = append(names, op.Name)
		}
	}
	return names
}

// Table shows the counts to a person.
func (s Stats) Table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s in %s\n", counted(s.Updates, "update"), counted(s.Runs, "run"))
	for _, op := range s.Ops {
		fmt.Fprintf(&b, "  %-24s %12d  %5.1f %% of updates\n", op.Name, op.Count, percent(op.Count, s.Updates))
	}
	for _, l := range s.Labels {
		fmt.Fprintf(&b, "  %-24s %12d  %5.1f %% of runs\n", "label "+l.Name, l.Runs, percent(l.Runs, s.Runs))
	}
	if never := s.NeverRan(); len(never) > 0 {
		fmt.Fprintf(&b, "  never ran: %s\n", strings.Join(never, ", "))
	}
	return b.String()
}

func percent(part, whole uint64) float64 {
	if whole == 0 {
		return 0
	}
	return 100 * float64(part) / float64(whole)
}

// A Gap is a required label that too few runs carried.
type Gap struct {
	Requirement
	Runs uint64 `json:"runs"` // that carried it
	Of   uint64 `json:"of"`   // runs
}

func (g Gap) String() string {
	return fmt.Sprintf("label %q: %d of %s (%.2f %%), want at least %.2f %%",
		g.Label, g.Runs, counted(g.Of, "run"), percent(g.Runs, g.Of), 100*g.Share)
}

// mayBeChance tells whether as few runs may carry a label that enough carry in the long run: a
// number of rare events is seldom off by more than three times the root of what is expected.
func (g Gap) mayBeChance() bool {
	expected := g.Share * float64(g.Of)
	return expected-float64(g.Runs) <= 3*math.Sqrt(expected)
}

// Gaps are the required labels that too few runs carried.
func (s Stats) Gaps() (gaps []Gap) {
	for _, want := range s.Required {
		var runs uint64
		for _, l := range s.Labels {
			if l.Name == want.Label {
				runs = l.Runs
			}
		}
		if float64(runs) < want.Share*float64(s.Runs) {
			gaps = append(gaps, Gap{want, runs, s.Runs})
		}
	}
	return gaps
}

const reportEvery = 250 * time.Millisecond

// maybeReport reports now and then. The clock is read every few runs only, but at each of
// the first: where runs are slow, a short hunt has no others. Engines ask when they like, so
// it is runs since the last look that count.
func (s *session) maybeReport() {
	const runsBetween = 32
	runs, rests := s.runner.stats.runs, s.turns != nil && s.turns.over()
	if !s.hunting() || !rests && runs >= runsBetween && runs-s.looked < runsBetween {
		return
	}
	s.looked = runs
	if time.Since(s.reported) > reportEvery {
		s.report(false)
	}
	if rests {
		if err := s.turns.rest(); err != nil {
			fmt.Fprintln(os.Stderr, "battle: a turn could not be ended:", err)
			os.Exit(2)
		}
	}
}

// report writes the statistics for the command to read, if there is one. Progress is not worth
// stopping for: a disk that is full shows when a finding is written.
func (s *session) report(done bool) {
	if !s.hunting() {
		return
	}
	s.reported = time.Now()
	st := s.stats()
	st.Done = done
	if s.progress != nil {
		st.Progress = s.progress()
	}
	document, err := json.Marshal(st)
	if err != nil {
		panic("battle: statistics do not marshal: " + err.Error())
	}
	dir := filepath.Join(s.orders.dir, "stats")
	if err := os.MkdirAll(dir, 0o755); err == nil {
		_ = writeWhole(filepath.Join(dir, fmt.Sprintf("%s-%d.json", s.plan.name, os.Getpid())), document)
	}
}
