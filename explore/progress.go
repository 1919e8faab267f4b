package explore

import (
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
	Counted  int     `json:"counted"`  // blocks of code that have a counter
	Blocks   int     `json:"blocks"`   // of them, those in the files of which something ran
	Covered  int     `json:"covered"`  // of them, those that ran
	SinceNew float64 `json:"since_new_seconds"`
	Recent   Recent  `json:"recent"`   // bursts
	Expected float64 `json:"expected"` // new traits in the next burst: as many as in each recent one

	Files        []FileCoverage `json:"files,omitempty"`
	Unreached    []string       `json:"unreached,omitempty"`     // file:line-line of blocks that never ran
	Full         []string       `json:"full,omitempty"`          // names of t.Reach with more states than are told apart
	Followed     [][]uint64     `json:"followed,omitempty"`      // how often kind i was followed by kind j, in bursts
	DoomedPlaces []DoomedPlace  `json:"doomed_places,omitempty"` // up to 10 s old while the hunt goes on
}

// doomedEvery is how often doomed places are looked for: their traces can be long. A hunt may
// be interrupted, so its last report is any.
const doomedEvery = 10 * time.Second

func (e *explorer) progress() Progress {
	if time.Since(e.looked) > doomedEvery {
		e.places, e.looked = e.doomedPlaces(), time.Now()
	}
	c, recent := e.novelty.coverage(probe.Blocks), e.diary.recent(e.yield())
	p := Progress{
		Counted: probe.Size, Restored: e.restored(), Bursts: e.turns, Moments: len(e.frontier.moments), Doomed: e.frontier.doomed(), Dropped: e.frontier.dropped,
		Traits: e.novelty.known, Blocks: c.ran + len(c.never), Covered: c.ran,
		SinceNew: time.Since(e.newest).Seconds(), Recent: recent.share(), Expected: recent.perBurst(),
		Files: c.files, Full: e.novelty.full, Followed: e.followed, DoomedPlaces: e.places,
	}
	for _, b := range c.never {
		p.Unreached = append(p.Unreached, position(b))
	}
	return p
}

// last is the report at the end.
func (e *explorer) last() Progress {
	e.looked = time.Time{}
	return e.progress()
}
