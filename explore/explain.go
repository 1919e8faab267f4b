package explore

import (
	"slices"

	"battle.test/battle"
)

// ExplainName is what Explain is registered as.
const ExplainName = "explain"

// An Explanation is how likely a failure was at each moment of its trace, after the
// likelihood curves of Antithesis.
type Explanation struct {
	Seed    uint64   `json:"seed"`
	Length  int      `json:"length"` // updates of each run
	Points  []Point  `json:"points"` // by moment; the first is 0, the last the end of the trace
	Culprit *Culprit `json:"culprit"`
	Alike   []int    `json:"alike,omitempty"` // other updates, from 1, that may raise the likelihood as much
	Tight   bool     `json:"tight"`           // the intervals at the jump are within 5 points
	Futures int      `json:"futures"`         // runs that were made up for the curve
	Others  int      `json:"others"`          // of them, those that failed in another way
	Blocks  int      `json:"blocks"`          // of instrumented code, 0 if it was built without
	Lines   []Line   `json:"lines,omitempty"` // most telling first

	// Loosened is the trace that all of this is about, if it is not the one that was asked
	// about, but one with other numbers that fails in the same way.
	Loosened []string `json:"loosened,omitempty"`
}

// A Point of the curve is a moment, and the share of its other futures that fail in the
// same way as the trace.
type Point struct {
	Moment int `json:"moment"` // updates of the trace that have run
	Share
}

// A Culprit is the update that raises the likelihood most.
type Culprit struct {
	Update   int     `json:"update"`   // in the trace, from 1
	Highest  int     `json:"highest"`  // index in Points of the highest before it
	Before   int     `json:"before"`   // index in Points of the moment before it
	After    int     `json:"after"`    // index in Points of the moment after it
	Factor   float64 `json:"factor"`   // of After over Highest, or over Before if it had sunk, 0 if that is 0
	Least    float64 `json:"least"`    // the factor as far as it is sure
	Removed  Share   `json:"removed"`  // the trace without this update
	Other    int     `json:"other"`    // runs of Removed that failed in another way
	Replaced Share   `json:"replaced"` // the trace with another, random one of its kind instead

	// Sunk tells that the likelihood had been higher, and had sunk by the moment before.
	Sunk bool `json:"sunk,omitempty"`
}

// Explain looks into a failure that the command asks about: it is for [battle.Register].
//
// For each moment of the trace it runs the updates up to there, and goes on with random
// ones, by weight, to the length of the trace. No kind is left out for a run, so that a
// share of those futures is a probability.
//
// The culprit is the update that raises the likelihood by the largest factor over the
// highest that it was before. Over the highest, for near the end of the trace the
// likelihood sinks again, because less and less time is left to fail in; the update that
// fails would always look guilty, compared with the moment before it. And a factor, for
// an update that makes the rare likely did more than one that makes the likely happen.
//
// Where the last update is to blame although others came before it, that may be only because
// hardly any run has the small numbers of a minimal trace, or because other runs are too
// short to fail. So numbers that may be others are drawn anew, and if that does not help,
// runs are longer. If an earlier update is to blame then, that is the answer. If not, it is the
// update that raised the likelihood most after it had sunk: see recovered.
//
// Equal seeds and builds give equal curves, unless the budget ends first.
func Explain(h *battle.Hunt) {
	if len(h.Wanted().Updates) == 0 {
		h.Fault(0, "the engine %s looks into a failure that it is asked about, and does not hunt: see battle.Request", ExplainName)
		return
	}
	s := newSampler(h, h.Wanted())
	e := s.explain()
	if e.late(len(s.wanted.Updates)) {
		e = s.earlier(e)
	}
	if e.Culprit == nil || e.Culprit.Update == len(s.wanted.Updates) {
		e = s.recovered(e)
	}
	h.Report(func() any { return e })
}

// explain blames the update with the largest rise over the highest before, if that is one.
func (s *sampler) explain() *Explanation {
	s.draw()
	e := s.explanation()
	if best, rivals := s.rises(); best != nil && best.least > 1 {
		s.blame(e, best, rivals)
	}
	return e
}

// explanation is the curve as it is known, which blames nobody.
func (s *sampler) explanation() *Explanation {
	e := &Explanation{
		Seed: s.hunt.Seed(), Length: s.wanted.Length, Futures: s.futures, Others: s.others,
		Blocks: len(s.tally.ran), Lines: s.tally.lines(),
	}
	for _, p := range s.points {
		e.Points = append(e.Points, *p)
	}
	return e
}

// blame names the culprit, and who may be as guilty.
func (s *sampler) blame(e *Explanation, best *rise, rivals []*rise) {
	e.Tight = best.tight()
	after := slices.Index(s.points, best.after)
	e.Culprit = &Culprit{
		Update: best.after.Moment, Highest: highestOf(s.points[:after]), Before: after - 1, After: after,
		Least: best.least,
	}
	if best.lower.P > 0 {
		e.Culprit.Factor = best.after.P / best.lower.P
	}
	s.without(e.Culprit)
	for _, r := range rivals {
		if r.least > 1 {
			e.Alike = append(e.Alike, r.after.Moment)
		}
	}
}

// highestOf is the index of the first of the highest points.
func highestOf(points []*Point) (highest int) {
	for i, p := range points {
		if p.P > points[highest].P {
			highest = i
		}
	}
	return highest
}
