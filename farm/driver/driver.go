package driver

import (
	"context"
	"time"

	"battle.test/battle"
	"battle.test/explore"
)

// A Battle does what the battle command does, in a tree of sources. [Command] is one.
// Its methods may be called side by side. Their errors are faults of the harness, of the
// sources or of the machine; a failure that was looked for is none.
type Battle interface {
	// Engines says which engines there are on this machine.
	Engines(ctx context.Context, tree string) ([]Engine, error)
	// List says which targets the sources have. Where a corpus can't be used as a whole, the
	// targets come with an error.
	List(ctx context.Context, tree string) ([]Target, error)
	// Hunt lets an engine hunt in a target.
	Hunt(ctx context.Context, tree string, h Hunt) (Outcome, error)
	// Merge takes those traces of a folder into the corpus of the tree that show something
	// new. It returns the files of the corpus that were added.
	Merge(ctx context.Context, tree string, t Target, from string) ([]string, error)
	// Fits says of each of some traces why it is none of the target's, or "". None is run.
	Fits(ctx context.Context, tree, target string, traces []string) (why []string, err error)
	// Run runs a trace. The finding is nil if it passes.
	Run(ctx context.Context, tree string, t Trace) (*battle.Finding, error)
	// Minimize runs a trace, and finds the shortest that fails in the same way.
	Minimize(ctx context.Context, tree string, t Trace) (*battle.Finding, error)
	// Explain says which update of a trace is to blame.
	Explain(ctx context.Context, tree string, t Trace, budget time.Duration) (*explore.Explanation, error)
}

// An Engine is a way to hunt.
type Engine struct {
	Name    string `json:"engine"`
	Missing string `json:"missing"` // how to install what it needs
}

// A Target is one as the command lists it.
type Target struct {
	Package string `json:"package"`
	Corpus  string `json:"corpus"` // folder of its traces
	battle.Description
}

// A Trace is a program of updates for a target.
type Trace struct {
	Package string
	Target  string
	Updates []string // a line each
}

// A Hunt says what is to be hunted.
type Hunt struct {
	Package  string
	Target   string
	Engine   string
	Time     time.Duration
	Seed     uint64
	Findings string // folder that findings come into while it hunts
	Shared   string // folder with a folder a target, for the traces that engines find worth keeping
}

// An Outcome is how a hunt ended.
type Outcome struct {
	Seconds  float64
	CPU      float64 // seconds
	Stats    battle.Stats
	Explored explore.Progress // of the explorer
	Fault    string           // what was wrong with the harness
	Note     string           // why it ended early
}
