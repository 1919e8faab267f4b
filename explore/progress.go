package explore

import (
	"fmt"
	"time"

	"battle.test/explore/probe"
)

// Progress is what the explorer reports of itself.
type Progress struct {
	Bursts   int     `json:"bursts"`
	Moments  int     `json:"moments"`  // in the frontier
	Restored string  `json:"restored"` // how moments are gone back to
	Doomed   int     `json:"doomed"`   // of them, those that nothing new has come from for long
	Dropped  int     `json:"dropped"`  // moments that were given up for room
	Traits   int     `json:"traits"`   // told apart so far
	Blocks   int     `json:"blocks"`   // of code, in the files of which something ran
	Covered  int     `json:"covered"`  // of them, those that ran
	SinceNew float64 `json:"since_new_seconds"`
	Expected float64 `json:"expected"` // new traits in the next burst, an estimate

	// At the end only.
	Unreached []string   `json:"unreached,omitempty"` // file:line-line of blocks that never ran
	Followed  [][]uint64 `json:"followed,omitempty"`  // how often kind i was followed by kind j
}

func (e *explorer) progress() Progress {
	covered, never := e.novelty.covered(probe.Blocks)
	return Progress{
		Restored: e.restorer.String(), Bursts: e.turns, Moments: len(e.frontier.moments), Doomed: e.frontier.doomed(), Dropped: e.frontier.dropped,
		Traits: e.novelty.known, Blocks: covered + len(never), Covered: covered,
		SinceNew: time.Since(e.newest).Seconds(), Expected: e.novelty.expected(e.turns),
	}
}

// last is the report at the end.
func (e *explorer) last() Progress {
	p := e.progress()
	_, never := e.novelty.covered(probe.Blocks)
	for _, b := range never {
		p.Unreached = append(p.Unreached, fmt.Sprintf("%s:%d-%d", b.File, b.Line, b.Last))
	}
	p.Followed = e.followed
	return p
}
