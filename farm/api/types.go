package api

import (
	"context"
	"iter"
	"slices"
	"time"

	"battle.test/battle"

	"battle.test/farm/store"
)

// A Source knows the state of a farm. The coordinator is one. What it returns is the
// caller's. It answers from memory, at once, where it does not say otherwise.
type Source interface {
	Overview() Overview
	Targets() []Target
	Engines() []Engine
	Contributions() []Contribution
	Findings() []Finding // the last filed first
	Finding(id string) (store.Finding, bool)
	Builds() []store.Build // the newest first
	History(target string) []store.Sample
	Corpora() []Corpus
	// Entries are at most so many of a target's corpus, the newest first, and how many there
	// are in all.
	Entries(target string, from, most int) (part []Entry, all int)
	// Entry is one, by its hash. It alone is not in memory: the error is the store's.
	Entry(ctx context.Context, target, hash string) (e store.Entry, there bool, err error)
	Refused() []store.Refusal // the last first
	// Outcomes are how many findings each build had of each outcome, by revision.
	Outcomes() map[string]map[store.Outcome]int
	// Changed is a number that grows with each change, and a channel that is closed at the
	// next one.
	Changed() (version uint64, next <-chan struct{})
}

// An Overview is a farm in short.
type Overview struct {
	Now      time.Time           `json:"now"`
	Version  uint64              `json:"version"`         // see [Source]
	Build    *store.Build        `json:"build,omitempty"` // that is hunted in
	Broken   *store.Build        `json:"broken,omitempty"`
	Holding  map[string]string   `json:"holding"` // by duty, why it is not done
	Workers  []store.Worker      `json:"workers"`
	States   map[store.State]int `json:"findings"` // how many are in each state
	Targets  int                 `json:"targets"`
	Entries  int                 `json:"entries"`
	Updates  uint64              `json:"updates"`
	Runs     uint64              `json:"runs"`
	CPU      float64             `json:"cpu_seconds"`
	Rate     float64             `json:"updates_per_second"` // of those who hunt now
	Reported int                 `json:"reports"`            // pieces of work done
}

// A Target is what the farm knows of one.
type Target struct {
	store.Target
	Now      *store.Sample `json:"now,omitempty"` // the last of its history
	Entries  int           `json:"entries"`
	Findings int           `json:"findings"`
	Open     int           `json:"open"`
}

// An Engine is what one contributed in all targets, and on which machines it is.
type Engine struct {
	Name     string   `json:"engine"`
	Workers  int      `json:"workers"`           // that have it
	Missing  string   `json:"missing,omitempty"` // how to install it, if none has it
	Runs     uint64   `json:"runs"`
	Updates  uint64   `json:"updates"`
	CPU      float64  `json:"cpu_seconds"`
	Entries  int      `json:"entries"`
	Findings int      `json:"findings"`
	Faults   []string `json:"faults"` // of those that rest, with their targets
}

// A Contribution is what an engine did in a target.
type Contribution struct {
	store.Arm
	Entries  int     `json:"entries"`  // of the corpus, that it was the first to bring
	Findings int     `json:"findings"` // likewise
	Share    float64 `json:"share"`    // of the time that it gets, from 0 to 1; 0 while it rests
}

// A Finding is one in short.
type Finding struct {
	ID       string      `json:"id"`
	Target   string      `json:"target"`
	State    store.State `json:"state"`
	Title    string      `json:"title"`
	Kind     battle.Kind `json:"kind"`
	Place    string      `json:"place"`
	Updates  int         `json:"updates"` // of the trace
	Engine   string      `json:"engine"`
	Filed    time.Time   `json:"filed"`
	Resolved time.Time   `json:"resolved,omitzero"`   // when a build was the first without it
	Build    string      `json:"build"`               // at which it failed last
	Claims   int         `json:"claims"`              //
	FirstBad string      `json:"first_bad,omitempty"` // revision, once that is known
	Culprit  int         `json:"culprit,omitempty"`   // the update to blame, from 1, once that is known
}

// A Corpus is the traces of a target.
type Corpus struct {
	Target  string         `json:"target"`
	Entries int            `json:"entries"`
	Unfit   int            `json:"unfit"` // of them, those that the present build can't use
	Bytes   int            `json:"bytes"`
	Engines map[string]int `json:"engines"` // entries by who was first to bring them
	Seeds   int            `json:"seeds"`   // of the repository's own corpus, besides
}

// An Entry is one of a corpus, without its trace.
type Entry struct {
	Hash    string    `json:"hash"` // of the trace
	Updates int       `json:"updates"`
	Bytes   int       `json:"bytes"`
	Engine  string    `json:"engine"`
	Worker  string    `json:"worker"`
	Build   string    `json:"build"`
	Found   time.Time `json:"found"`
}

// Short is a finding in short.
func Short(f store.Finding) Finding {
	short := Finding{
		ID: f.ID, Target: f.Target, State: f.State, Title: f.Found.Title(), Kind: f.Found.Kind, Place: f.Found.Place,
		Updates: len(f.Found.Trace), Engine: f.Engine, Filed: f.Filed, Build: f.Build, Claims: f.Claims,
	}
	if f.State == store.Resolved {
		short.Resolved = f.Since().At
	}
	if f.Bisection != nil && f.Bisection.Done {
		short.FirstBad = f.Bisection.Bad
	}
	if f.Explanation != nil && f.Explanation.Culprit != nil {
		short.Culprit = f.Explanation.Culprit.Update
	}
	return short
}

// Outcomes counts the verdicts of findings, by build.
func Outcomes(findings iter.Seq[store.Finding]) map[string]map[store.Outcome]int {
	all := make(map[string]map[store.Outcome]int)
	for f := range findings {
		for _, v := range f.Verdicts {
			if all[v.Build] == nil {
				all[v.Build] = make(map[store.Outcome]int)
			}
			all[v.Build][v.Outcome]++
		}
	}
	return all
}

// NotReached is what engines did not get to in a target, in the last pieces of their work:
// blocks of code, as file:line-line, that one of them counted and did not run, and kinds of
// update that none of them ran.
func NotReached(all []Contribution, target string) (blocks, updates []string) {
	engines, never := 0, make(map[string]int)
	for _, c := range all {
		if c.Target != target || c.Last.At.IsZero() {
			continue
		}
		engines++
		blocks = append(blocks, c.Last.Unreached...)
		for _, update := range c.Last.Never {
			never[update]++
		}
	}
	for update, n := range never {
		if n == engines {
			updates = append(updates, update)
		}
	}
	slices.Sort(blocks)
	slices.Sort(updates)
	return slices.Compact(blocks), updates
}
