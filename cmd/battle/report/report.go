// Package report writes what hunts found for those who read it elsewhere: SARIF for code
// scanning, JUnit XML for test reports, annotations for a pull request, and a page in
// Markdown for a morning. Its document as JSON is what the next report compares with.
//
// It runs nothing. Who fills a [Report] has done that, and says where in the repository
// findings are.
package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"battle.test/battle"
)

// A Report is what a hunt, or a night of them, came to.
type Report struct {
	Title    string    `json:"title"`
	Date     string    `json:"date,omitempty"`     // 2006-01-02 15:04
	Revision string    `json:"revision,omitempty"` // of the repository
	Base     string    `json:"base,omitempty"`     // the revision that known findings are told by
	Compared string    `json:"compared,omitempty"` // with what: states are known then
	Notes    []string  `json:"notes"`              // what a reader should know before all else
	Faults   []string  `json:"faults"`             // of the harness or the machine
	Findings []Finding `json:"findings"`
	Targets  []Target  `json:"targets"`
	Files    []File    `json:"files"`             // of which something was not reached
	Planted  []Planted `json:"planted,omitempty"` // bugs that had to be found
}

// A Finding is one of a hunt, or of the corpus, in its repository.
type Finding struct {
	*battle.Finding
	At     Place  `json:"at"`               // zero if it is nowhere in the repository
	State  State  `json:"state,omitempty"`  // "" where nothing was compared
	Why    string `json:"why,omitempty"`    // of the state
	Corpus string `json:"corpus,omitempty"` // the file of the corpus that fails, if that is what found it
}

// A Place is a line of a file of the repository.
type Place struct {
	File string `json:"file"` // from the repository's root, with slashes
	Line int    `json:"line"` // from 1
}

// String is file:line, or "".
func (p Place) String() string {
	if p.File == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// State is what became of a finding since an earlier report, or what it was before a change.
type State string

const (
	New      State = "new"      // not there before
	Ongoing  State = "ongoing"  // there before, and still
	Known    State = "known"    // there on the revision that a change is based on
	Resolved State = "resolved" // there before; its trace passes now
	Unclear  State = "unclear"  // there before; its trace could not be run
)

// Open tells whether the finding fails now.
func (f Finding) Open() bool { return f.State != Resolved && f.State != Unclear }

// A Target is what was done in one.
type Target struct {
	Name    string       `json:"target"`
	Package string       `json:"package"`
	Func    string       `json:"func"`
	Touched string       `json:"touched,omitempty"` // by a change: what of it, such as a file
	Corpus  []Case       `json:"corpus"`            // the traces that were run
	Engines []Engine     `json:"engines"`
	Never   []string     `json:"never"`              // kinds of update that no engine ran
	Missing []battle.Gap `json:"missing"`            // required labels that too few runs carried
	Excess  []string     `json:"excess,omitempty"`   // seeds that the others cover
	Reached *Share       `json:"reached,omitempty"`  // of the code by the corpus
	NoCover string       `json:"no_cover,omitempty"` // why that is not known
}

// CorpusFailures is how many traces of the corpus fail.
func (t Target) CorpusFailures() (n int) {
	for _, c := range t.Corpus {
		if c.Failure != "" {
			n++
		}
	}
	return n
}

// A Case is a trace of the corpus.
type Case struct {
	File    string `json:"file"`              // ring/seeds/x.trace
	Failure string `json:"failure,omitempty"` // the finding, by its ID, if it fails
}

// An Engine is what one did in a target.
type Engine struct {
	Name    string  `json:"engine"`
	State   string  `json:"state"`
	Seconds float64 `json:"seconds"`
	Updates uint64  `json:"updates"`
	Runs    uint64  `json:"runs"`
	Found   int     `json:"found"`
}

// A Share is a part of the blocks of code.
type Share struct {
	Covered int `json:"covered"`
	Blocks  int `json:"blocks"`
}

// A File is a source with lines that never ran.
type File struct {
	Name  string   `json:"file"`  // from the repository's root where it is in there
	Lines []string `json:"lines"` // first-last
}

// A Planted bug is one that had to be found.
type Planted struct {
	Name  string `json:"bug"`
	By    string `json:"by,omitempty"`    // the engine that found it
	Fault string `json:"fault,omitempty"` // why that can't be said
}

// Failing are the findings that fail now, and are the subject's fault; new ones first.
func (r *Report) Failing() (all []Finding) {
	for _, f := range r.Findings {
		if f.Open() && f.Kind != battle.Harness {
			all = append(all, f)
		}
	}
	rank := func(f Finding) int { return slices.Index([]State{New, "", Ongoing, Known}, f.State) }
	slices.SortStableFunc(all, func(a, b Finding) int {
		if byState := rank(a) - rank(b); byState != 0 {
			return byState
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all
}

// In are the findings of a state.
func (r *Report) In(state State) (all []Finding) {
	for _, f := range r.Findings {
		if f.State == state && f.Kind != battle.Harness {
			all = append(all, f)
		}
	}
	return all
}

// Missed are the planted bugs that no engine found.
func (r *Report) Missed() (all []Planted) {
	for _, p := range r.Planted {
		if p.By == "" {
			all = append(all, p)
		}
	}
	return all
}

// JSON is the report's document.
func (r *Report) JSON() ([]byte, error) { return indented(r) }

// indented is JSON that a person can read, too.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(v)
	return b.Bytes(), err
}

// ErrNoReport is the error of a JSON document that is something else.
var ErrNoReport = errors.New("this is not a report: it has no findings and no targets")

// Parse reads a report's document.
func Parse(document []byte) (*Report, error) {
	r := &Report{}
	if err := json.Unmarshal(document, r); err != nil {
		return nil, err
	}
	if r.Findings == nil || r.Targets == nil {
		return nil, ErrNoReport
	}
	for i, f := range r.Findings {
		if f.Finding == nil || f.Target == "" || f.Kind == "" {
			return nil, fmt.Errorf("finding %d has no target or no kind", i+1)
		}
	}
	return r, nil
}
