package explore

import (
	"fmt"
	"time"

	"battle.test/explore/probe"
)

// Progress is what the explorer reports of itself.
type Progress struct {
	Bursts       int     `json:"bursts"`
	Moments      int     `json:"moments"` // in the frontier
	Doomed       int     `json:"doomed"`  // of them, those that nothing new has come from for long
	Dropped      int     `json:"dropped"` // moments that were given up for room
	Traits       int     `json:"traits"`  // told apart so far
	Blocks       int     `json:"blocks"`  // of code that could run
	Covered      int     `json:"covered"` // of them, those that ran
	SinceNew     float64 `json:"since_new_seconds"`
	Undiscovered float64 `json:"undiscovered"` // probability that the next trait shown is a new one

	// At the end only.
	Unreached []string   `json:"unreached,omitempty"` // file:line-line of blocks that never ran
	Followed  [][]uint64 `json:"followed,omitempty"`  // how often kind i was followed by kind j
}

func (e *explorer) progress() Progress {
	covered, _ := e.novelty.covered()
	return Progress{
		Bursts: e.turns, Moments: len(e.frontier.moments), Doomed: e.frontier.doomed(), Dropped: e.frontier.dropped,
		Traits: e.novelty.known, Blocks: probe.Size, Covered: covered,
		SinceNew: time.Since(e.newest).Seconds(), Undiscovered: e.novelty.undiscovered(),
	}
}

// last is the report at the end.
func (e *explorer) last() Progress {
	p := e.progress()
	_, never := e.novelty.covered()
	for _, b := range never {
		p.Unreached = append(p.Unreached, fmt.Sprintf("%s:%d-%d", b.File, b.Line, b.Last))
	}
	p.Followed = e.followed
	return p
}
