package store

import (
	"slices"
	"time"

	"battle.test/battle"
	"battle.test/explore"
)

// A Build is a revision of the sources that the farm hunts in.
type Build struct {
	Revision  string    `json:"revision"` // full hash of the commit
	Number    int       `json:"number"`   // in the order in which the farm saw them, from 1
	Subject   string    `json:"subject"`  // first line of the commit's message
	Author    string    `json:"author"`
	Committed time.Time `json:"committed"`
	Seen      time.Time `json:"seen"`
	Dir       string    `json:"dir"`               // of the module, in the repository; "" is its top
	Bytes     int       `json:"bytes"`             // of the source archive
	Targets   []string  `json:"targets"`           // names
	Broken    string    `json:"broken,omitempty"`  // why nothing can be hunted in it
	Warning   string    `json:"warning,omitempty"` // such as traces of its corpus that no longer fit
}

// A Target is what the last build that works says of one.
type Target struct {
	Name        string          `json:"target"`
	Package     string          `json:"package"` // import path
	Func        string          `json:"func"`
	Weight      float64         `json:"weight"` // share of the time, beside other targets
	Corpus      string          `json:"corpus"` // folder of its traces, in the module, with slashes
	Build       string          `json:"build"`  // the last revision that has it
	Fitted      string          `json:"fitted"` // the revision that the farm's corpus was compared with
	Gone        bool            `json:"gone"`   // the present build has it no longer
	Ops         []battle.OpInfo `json:"ops"`
	Seeds       int             `json:"seeds"`       // of the repository's own corpus
	Regressions int             `json:"regressions"` // likewise
}

// An Entry is a trace of the farm's corpus: its run showed something new when it came. Its
// key is [EntryKey].
type Entry struct {
	Target  string    `json:"target"`
	Trace   string    `json:"trace"`
	Updates int       `json:"updates"`
	Engine  string    `json:"engine"`
	Worker  string    `json:"worker"`
	Build   string    `json:"build"`
	Found   time.Time `json:"found"`
	Unfit   string    `json:"unfit,omitempty"` // why the present build can't use it: it is set aside
}

// An Arm is an engine in a target: what it did in all, and what decides how much time it
// gets. Of Gain and Spent, see the coordinator's schedule.
type Arm struct {
	Target  string  `json:"target"`
	Engine  string  `json:"engine"`
	Reports int     `json:"reports"` // pieces of work that ended
	Runs    uint64  `json:"runs"`
	Updates uint64  `json:"updates"`
	Seconds float64 `json:"seconds"`     // of hunting
	CPU     float64 `json:"cpu_seconds"` // of the engine's processes
	Gain    float64 `json:"gain"`        // what was new of late
	Spent   float64 `json:"spent"`       // seconds that took

	Last     Report    `json:"last"`            // of the last piece of work
	Failures int       `json:"failures"`        // in a row
	Fault    string    `json:"fault,omitempty"` // of the last of those
	Resting  time.Time `json:"resting,omitzero"`
	Sequence uint64    `json:"sequence"` // of the last message that is counted in
}

// A Report is what an engine says of itself.
type Report struct {
	At       time.Time `json:"at,omitzero"`
	Build    string    `json:"build,omitempty"`
	Worker   string    `json:"worker,omitempty"`
	Rate     float64   `json:"updates_per_second"`
	Covered  int       `json:"covered"`  // blocks of code, 0 where the engine does not say
	Blocks   int       `json:"blocks"`   // that could be
	Moments  int       `json:"moments"`  // of the explorer's frontier
	Doomed   int       `json:"doomed"`   // of them, those that nothing new comes from
	Traits   int       `json:"traits"`   // told apart
	Expected float64   `json:"expected"` // new traits in the next burst, an estimate

	Unreached []string `json:"unreached,omitempty"` // the first blocks that never ran, as file:line-line
	Never     []string `json:"never,omitempty"`     // kinds of update that never ran
}

// Bounds of what a report names.
const (
	namedMax     = 400
	nameBytesMax = 300
)

// Trim cuts a report to what is kept of it.
func (r *Report) Trim() {
	for _, names := range []*[]string{&r.Unreached, &r.Never} {
		*names = slices.DeleteFunc(*names, func(name string) bool { return len(name) > nameBytesMax })
		*names = (*names)[:min(len(*names), namedMax)]
	}
}

// A Worker is a process that hunts. Its record goes by itself when it no longer says that it
// is there.
type Worker struct {
	Name    string    `json:"worker"`
	Host    string    `json:"host"`
	Started time.Time `json:"started"`
	Seen    time.Time `json:"seen"`
	Engines []Engine  `json:"engines"`
	Build   string    `json:"build"`
	Doing   *Doing    `json:"doing,omitempty"`
	Holding string    `json:"holding,omitempty"` // why it takes no work
}

// An Engine of a worker's machine.
type Engine struct {
	Name    string `json:"engine"`
	Missing string `json:"missing,omitempty"` // how to install what it needs
}

// Doing is work in progress.
type Doing struct {
	Target  string  `json:"target"`
	Engine  string  `json:"engine"`
	Since   float64 `json:"since_seconds"`
	Seconds float64 `json:"seconds"` // that it may take
}

// A Refusal is something that was handed in and does not count.
type Refusal struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"` // finding, trace or report
	Worker string    `json:"worker"`
	Target string    `json:"target"`
	Why    string    `json:"why"`
}

// A Sample is the state of a target at a time. Totals are over all builds.
type Sample struct {
	At       time.Time `json:"at"`
	Target   string    `json:"target"`
	Build    string    `json:"build"`
	Updates  uint64    `json:"updates"`
	CPU      float64   `json:"cpu_seconds"`
	Rate     float64   `json:"updates_per_second"` // of what hunts at the time
	Entries  int       `json:"entries"`
	Findings int       `json:"findings"`
	Open     int       `json:"open"`    // findings that are not resolved
	Covered  int       `json:"covered"` // blocks
	Blocks   int       `json:"blocks"`
	Moments  int       `json:"moments"`
}

// Share is how much of the code is covered, from 0 to 1.
func (s Sample) Share() float64 { return float64(s.Covered) / float64(max(1, s.Blocks)) }

// A Finding is a failure that the coordinator has seen with a build of its own.
type Finding struct {
	ID      string         `json:"id"`      // the failure's, at the build where it was first seen
	Aliases []string       `json:"aliases"` // its names at other builds: a name goes by the line
	Target  string         `json:"target"`
	State   State          `json:"state"`
	Found   battle.Finding `json:"found"`  // the shortest trace, as it failed last
	Build   string         `json:"build"`  // at which it did
	Engine  string         `json:"engine"` // that found it first
	Worker  string         `json:"worker"`
	Filed   time.Time      `json:"filed"`
	Claims  int            `json:"claims"`  // how often workers handed it in, as they say: see the coordinator's countAgain
	Counted uint64         `json:"counted"` // the message of the last of those

	Verdicts    []Verdict            `json:"verdicts"` // by build, in their order
	Explanation *explore.Explanation `json:"explanation,omitempty"`
	Unexplained string               `json:"unexplained,omitempty"` // why there is none, and will be none
	Bisection   *Bisection           `json:"bisection,omitempty"`
}

// State says how a finding stands at the present build.
type State string

// The states of a finding.
const (
	New       State = "new"       // it came with the build that it was first seen at, or was there unseen
	Ongoing   State = "ongoing"   // a later build has it, too
	Resolved  State = "resolved"  // the last build that can tell does not have it
	Regressed State = "regressed" // a build had it no longer, and a later one has it again
)

// A Verdict is what a build made of a finding's trace.
type Verdict struct {
	Build   string    `json:"build"`
	Outcome Outcome   `json:"outcome"`
	Note    string    `json:"note,omitempty"`
	At      time.Time `json:"at"`
}

// Outcome of a trace at a build.
type Outcome string

// The outcomes.
const (
	Fails   Outcome = "fails"
	Passes  Outcome = "passes"
	Hidden  Outcome = "hidden"  // it fails in another way before it would come to its own failure
	Unknown Outcome = "unknown" // it can't be told: the build is broken, or the trace does not fit
)

// A Bisection looks for the first revision that fails.
type Bisection struct {
	Bad     string  `json:"bad"`            // the oldest revision that is known to fail
	Good    string  `json:"good,omitempty"` // the newest before it that is known to pass, or ""
	Between int     `json:"between"`        // revisions between them that can't be told
	Subject string  `json:"subject"`        // of Bad
	Author  string  `json:"author"`
	Tries   []Tried `json:"tries"`
	Done    bool    `json:"done"`
	Note    string  `json:"note,omitempty"` // what is not certain about it
}

// A Tried revision of a bisection.
type Tried struct {
	Revision string  `json:"revision"`
	Outcome  Outcome `json:"outcome"`
	Note     string  `json:"note,omitempty"`
}

// StateOf sums up verdicts, which are in the order of builds. Those that can't tell say
// nothing.
func StateOf(verdicts []Verdict) State {
	state, failed, passed := New, 0, false
	for _, v := range verdicts {
		switch v.Outcome {
		case Fails:
			failed++
			switch {
			case passed:
				state = Regressed
			case failed > 1:
				state = Ongoing
			default:
				state = New
			}
		case Passes:
			if failed > 0 {
				state, passed = Resolved, true
			}
		}
	}
	return state
}

// Open tells whether somebody should do something about it.
func (s State) Open() bool { return s != Resolved }

// At is the verdict of a build, or nil.
func (f *Finding) At(build string) *Verdict {
	for i := range f.Verdicts {
		if f.Verdicts[i].Build == build {
			return &f.Verdicts[i]
		}
	}
	return nil
}

// Since is the verdict that brought a finding's state: the first of those at its end that
// agree. Verdicts that can't tell say nothing.
func (f *Finding) Since() (since Verdict) {
	for _, v := range slices.Backward(f.Verdicts) {
		if v.Outcome != Fails && v.Outcome != Passes {
			continue
		}
		if since.Outcome != "" && v.Outcome != since.Outcome {
			break
		}
		since = v
	}
	return since
}

// Knows tells whether a name is one of the finding's.
func (f *Finding) Knows(id string) bool {
	if f.ID == id {
		return true
	}
	for _, alias := range f.Aliases {
		if alias == id {
			return true
		}
	}
	return false
}
