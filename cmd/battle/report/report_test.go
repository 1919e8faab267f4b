package report

import (
	"battle.test/battle"
)

// found is a finding of a target: a mismatch of an update, unless said otherwise.
func found(id, target string) Finding {
	return Finding{
		Finding: &battle.Finding{
			ID: id, Target: target, Package: "example.test/fuzz", Func: "FuzzRing", Engine: "rapid",
			Failure: battle.Failure{
				Kind: battle.Mismatch, Message: "data differs, 100% <of> it", Expected: "too old", Actual: "1 byte: 00\nand more",
				Place: "example.test/fuzz/ring.go:12", Func: "example.test/fuzz.(*Read).Apply", Op: "read", Moment: 1,
			},
			Trace:  []string{"restart base=1", "read offset=-1"},
			Replay: "go run battle.test/cmd/battle replay 'restart base=1; read offset=-1'",
		},
		At: Place{File: "fuzz/a ring,1.go", Line: 12},
	}
}

// some is a report with something of everything.
func some() *Report {
	ring, old, known, harness, gone := found("ring-1", "ring"), found("ring-2", "ring"), found("tip-3", "tip"), found("tip-4", "tip"), found("tip-5", "tip")
	ring.State, old.State, known.State, gone.State = New, Ongoing, Known, Resolved
	ring.Corpus = "ring/seeds/b.trace"
	old.Kind, old.Op, old.Moment, old.Trace, old.At = battle.Panic, "", 0, nil, Place{}
	known.Why, gone.Why = "it is there on the base, too", "its trace passes now"
	harness.Kind = battle.Harness
	return &Report{
		Title: "A night", Date: "2026-01-02 03:04 UTC", Revision: "abc", Compared: "last",
		Notes: []string{"no base: all targets"}, Faults: []string{"native in ring: no compiler"},
		Findings: []Finding{gone, known, old, ring, harness},
		Targets: []Target{{
			Name: "ring", Package: "example.test/fuzz", Func: "FuzzRing", Touched: "fuzz/ring.go",
			Corpus:  []Case{{File: "ring/seeds/a.trace"}, {File: "ring/seeds/b.trace", Failure: "ring-1"}},
			Engines: []Engine{{"rapid", "done", 1.5, 200, 10, 1}},
			Never:   []string{"shrink"}, Missing: []battle.Gap{{Requirement: battle.Require("wrapped", 0.5), Runs: 1, Of: 10}},
			Excess: []string{"ring/seeds/c.trace"}, Reached: &Share{3, 4},
		}, {Name: "quiet", Package: "example.test/fuzz", Func: "FuzzQuiet", Corpus: []Case{}}},
		Files:   []File{{"fuzz/ring.go", []string{"3-5", "9-9"}}},
		Planted: []Planted{{Name: "tip-bug", By: "rapid"}, {Name: "other-bug"}},
	}
}
