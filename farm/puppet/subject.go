package puppet

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"battle.test/battle"
)

// A Subject is what the sources of a build say.
type Subject struct {
	Targets []Target `json:"targets"`
	Broken  string   `json:"broken,omitempty"` // why they do not build
	Ledger  string   `json:"ledger,omitempty"` // file that finds are noted in
}

// A Target of a subject.
type Target struct {
	Name string   `json:"target"`
	Ops  []string `json:"ops"` // names of updates, besides step
	Bugs []Bug    `json:"bugs"`
	// Unfit are the fields that no update has: a trace with one does not fit.
	Unfit []string `json:"unfit,omitempty"`
	// Rounds is how many traces an engine shares in a hunt, after Pause milliseconds each. In
	// the first it finds the bugs.
	Rounds int `json:"rounds"`
	Pause  int `json:"pause"`
}

// A Bug makes a run fail that has the needed updates in their order.
type Bug struct {
	Name  string   `json:"bug"`
	Needs []string `json:"needs"`
	Line  int      `json:"line"` // of the source, which the finding's name goes by
}

// Package is the import path of all targets.
const Package = "puppet.test/subject"

// file has the subject, at the top of the sources.
const file = "subject.json"

// read reads the subject of a tree.
func read(tree string) (s Subject, err error) {
	document, err := os.ReadFile(filepath.Join(tree, file))
	if err == nil {
		err = json.Unmarshal(document, &s)
	}
	return s, err
}

func (s Subject) target(name string) (Target, error) {
	for _, t := range s.Targets {
		if t.Name == name {
			return t, nil
		}
	}
	return Target{}, fmt.Errorf("there is no target %s", name)
}

// ops are the updates of a target.
func (t Target) ops() []battle.OpInfo {
	all := []battle.OpInfo{}
	for _, name := range append([]string{"step"}, t.Ops...) {
		all = append(all, battle.OpInfo{Name: name, Weight: 1, Fields: []battle.FieldInfo{}})
	}
	return all
}

// fits is the error of a line that is none of the target's.
func (t Target) fits(line string) error {
	words := strings.Fields(line)
	if len(words) == 0 {
		return nil
	}
	if words[0] != "step" && !slices.Contains(t.Ops, words[0]) {
		return fmt.Errorf("no update is named %q", words[0])
	}
	for _, word := range words[1:] {
		if field, _, _ := strings.Cut(word, "="); slices.Contains(t.Unfit, field) {
			return fmt.Errorf("unknown field %q", field)
		}
	}
	return nil
}

// run runs a trace, until the first bug has what it needs. A line that does not fit is an
// error.
func (t Target) run(trace []string) (*Bug, *battle.Finding, error) {
	met := make([]int, len(t.Bugs)) // needs, by bug
	for moment, line := range trace {
		if err := t.fits(line); err != nil {
			return nil, nil, fmt.Errorf("line %d: %w", moment+1, err)
		}
		op, _, _ := strings.Cut(line, " ")
		for i := range t.Bugs {
			b := &t.Bugs[i]
			if b.Needs[met[i]] != op {
				continue
			}
			if met[i]++; met[i] == len(b.Needs) {
				return b, t.finding(b, trace, moment), nil
			}
		}
	}
	return nil, nil, nil
}

func (t Target) finding(b *Bug, trace []string, moment int) *battle.Finding {
	place := fmt.Sprintf("subject/%s.go:%d", t.Name, b.Line)
	sum := sha256.Sum256([]byte(b.Name + place))
	op, _, _ := strings.Cut(trace[moment], " ")
	return &battle.Finding{
		ID: t.Name + "-" + hex.EncodeToString(sum[:4]), Target: t.Name, Package: Package, Func: "Fuzz" + t.Name,
		Failure: battle.Failure{
			Kind: battle.Mismatch, Message: b.Name, Expected: "right", Actual: "wrong",
			Place: place, Func: "subject." + b.Name, Op: op, Moment: moment,
		},
		Trace: slices.Clone(trace), Original: len(trace),
	}
}
