package report

import (
	"fmt"
	"net/url"
	"strings"

	"battle.test/battle"
)

// SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/: the parts of it that code
// scanning reads.

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	Invocations []sarifInvocation `json:"invocations"`
	Bases       map[string]any    `json:"originalUriBaseIds"`
	Columns     string            `json:"columnKind"`
	Results     []sarifResult     `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name  string      `json:"name"`
	Rules []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID    string       `json:"id"`
	Short sarifMessage `json:"shortDescription"`
	Help  sarifMessage `json:"help"`
}

type sarifMessage struct {
	Text string `json:"text"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
}

type sarifNotification struct {
	Level   string       `json:"level"`
	Message sarifMessage `json:"message"`
}

type sarifResult struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Level        string            `json:"level"`
	Message      sarifMessage      `json:"message"`
	Locations    []sarifLocation   `json:"locations,omitempty"`
	Fingerprints map[string]string `json:"partialFingerprints"`
	Baseline     string            `json:"baselineState,omitempty"`
	Properties   map[string]any    `json:"properties"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI  string `json:"uri"`
	Base string `json:"uriBaseId"`
}

type sarifRegion struct {
	Line int `json:"startLine"`
}

type sarifLogical struct {
	Name string `json:"fullyQualifiedName"`
	Kind string `json:"kind"`
}

// sourceRoot is SARIF's customary name of the repository's root.
const sourceRoot = "%SRCROOT%"

// SARIF is the findings that fail now, a result each. What is wrong with the harness is a
// notification: it is no finding.
func (r *Report) SARIF() ([]byte, error) {
	run := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: "battle", Rules: []sarifRule{}}},
		Invocations: []sarifInvocation{{Successful: true}},
		Bases:       map[string]any{sourceRoot: map[string]any{"description": sarifMessage{"The root of the repository."}}},
		Columns:     "utf16CodeUnits",
		Results:     []sarifResult{},
	}
	for _, text := range r.AllFaults() {
		run.Invocations[0].Successful = false
		run.Invocations[0].Notifications = append(run.Invocations[0].Notifications, sarifNotification{"error", sarifMessage{text}})
	}
	rules := make(map[string]int)
	for _, f := range r.Failing() {
		id := f.rule()
		index, known := rules[id]
		if !known {
			index = len(rules)
			rules[id] = index
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, f.sarifRule(id))
		}
		run.Results = append(run.Results, f.sarif(id, index))
	}
	return indented(sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

// AllFaults are those of the report, and the findings that are the harness's.
func (r *Report) AllFaults() []string {
	all := append([]string{}, r.Faults...)
	for _, f := range r.Findings {
		if f.Kind == battle.Harness {
			all = append(all, f.Title())
		}
	}
	return all
}

// rule is the target and what failed in it: how, and in which kind of update.
func (f Finding) rule() string {
	id := f.Target + "/" + string(f.Kind)
	if f.Op != "" {
		id += "/" + f.Op
	}
	return id
}

// kinds say what failures are, to somebody who has never seen one.
var kinds = map[battle.Kind]string{
	battle.Mismatch: "the answer of the system under test differs from its oracle's, or an invariant does not hold",
	battle.Panic:    "the system under test panics",
	battle.Hang:     "an update does not end",
	battle.Memory:   "the run grows past its limit",
	battle.Death:    "the process dies",
}

func (f Finding) sarifRule(id string) sarifRule {
	what := kinds[f.Kind]
	if what == "" { // of a later version
		what = string(f.Kind)
	}
	if f.Op != "" {
		what += ", in the update " + f.Op
	}
	return sarifRule{id, sarifMessage{f.Target + ": " + what}, sarifMessage{"Run the replay command of the result to see it again. Its trace is a regression for the corpus once it is fixed: battle corpus add -name NAME FINDING."}}
}

func (f Finding) sarif(rule string, index int) sarifResult {
	one := sarifResult{
		RuleID: rule, RuleIndex: index, Level: "error", Message: sarifMessage{f.message()},
		// The first goes by kind and place, as the names of findings do; the second
		// outlives that the line moves.
		Fingerprints: map[string]string{"battleFinding/v1": f.ID, "battleFunction/v1": rule + " " + f.Failure.Func},
		Properties:   map[string]any{"target": f.Target, "package": f.Package, "engine": f.Engine, "updates": len(f.Trace)},
	}
	switch f.State {
	case New:
		one.Baseline = "new"
	case Ongoing, Known:
		one.Baseline = "unchanged"
	}
	if f.State == Known {
		one.Level = "warning"
	}
	if f.At.File != "" {
		location := sarifLocation{Physical: sarifPhysical{sarifArtifact{(&url.URL{Path: f.At.File}).EscapedPath(), sourceRoot}, sarifRegion{max(1, f.At.Line)}}}
		if f.Failure.Func != "" {
			location.Logical = []sarifLogical{{f.Failure.Func, "function"}}
		}
		one.Locations = []sarifLocation{location}
	}
	return one
}

// traceMost is how many updates of a trace a message has.
const traceMost = 40

// message is the finding for somebody who has nothing but the result: what failed, what
// came instead, the trace, and the command to see it again.
func (f Finding) message() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", f.Title())
	if f.Expected != "" || f.Actual != "" {
		fmt.Fprintf(&b, "expected: %s\nactual: %s\n", clip(f.Expected), clip(f.Actual))
	}
	if f.State == Known || f.State == Ongoing {
		fmt.Fprintf(&b, "This is %s", f.State)
		if f.Why != "" {
			fmt.Fprintf(&b, ": %s", f.Why)
		}
		b.WriteString(".\n")
	}
	if f.Corpus != "" {
		fmt.Fprintf(&b, "It is in the corpus: %s\n", f.Corpus)
	}
	fmt.Fprintf(&b, "\nTrace:\n%s", f.BriefTrace())
	fmt.Fprintf(&b, "\nTo run it again:\n%s\n", f.Command())
	return b.String()
}

// commandMost bounds a command that is shown, in bytes: nobody pastes more.
const commandMost = 2000

// Command shows the finding again: its own, or, of a trace too long for a command line, one
// that reads its file.
func (f Finding) Command() string {
	if f.Replay == "" || len(f.Replay) > commandMost {
		return "battle replay " + f.ID + ".txtar"
	}
	return f.Replay
}

// BriefTrace is the trace, or its end: what is next to the failure tells most.
func (f Finding) BriefTrace() string {
	if len(f.Trace) == 0 {
		return "(no updates: it fails before the first)\n"
	}
	var b strings.Builder
	from := max(0, len(f.Trace)-traceMost)
	if from > 0 {
		fmt.Fprintf(&b, "(%d updates before)\n", from)
	}
	for _, line := range f.Trace[from:] {
		b.WriteString(clip(line) + "\n")
	}
	return b.String()
}

// clipMost bounds a line of a message, in characters.
const clipMost = 400

// clip is a text in one line that is not too long.
func clip(text string) string {
	letters := []rune(strings.ReplaceAll(strings.TrimSpace(text), "\n", " ⏎ "))
	if len(letters) > clipMost {
		return string(letters[:clipMost]) + "…"
	}
	return string(letters)
}
