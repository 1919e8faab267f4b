package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"battle.test/battle"
	"battle.test/explore"
)

// The bounds of what one process is asked.
const (
	askedMax      = 512      // traces
	askedBytesMax = 32 << 20 // of them together, unless one alone is larger
)

// A surveyed trace is what its run showed.
type surveyed struct {
	footprint *explore.Footprint // nil if the process did not outlive the run
	failed    string             // in what way, or ""
	answer    battle.Answer      // its trace and tape, unless the process did not outlive the run
	err       error              // it is no run, or nothing is said of it
}

// survey says of each trace what its run shows. Traces that fail are no error: their runs
// show something, too, unless they end the process or hang.
func (w *workshop) survey(ctx context.Context, t target, traces []string) ([]surveyed, error) {
	defer during(fmt.Sprintf("running %s of %s", count(len(traces), "trace"), t.Name))()
	var asked []battle.Request
	for _, trace := range traces {
		asked = append(asked, battle.Request{File: "trace", Trace: trace})
	}
	found, err := w.surveyRuns(ctx, t, asked)
	for i, one := range found {
		if one.err != nil {
			return nil, fmt.Errorf("%s.%s: what a trace shows: %w:\n%s", t.Package, t.Func, one.err, traces[i])
		}
	}
	return found, err
}

// surveyRuns is survey for runs that are asked about as traces or as tapes. What is wrong
// with one is said of it alone.
func (w *workshop) surveyRuns(ctx context.Context, t target, asked []battle.Request) ([]surveyed, error) {
	if len(asked) == 0 {
		return nil, nil
	}
	binary, err := w.buildExplore(ctx, t, true)
	if err != nil {
		return nil, err
	}
	requests := slices.Clone(asked)
	for i := range requests {
		requests[i].Do, requests[i].Passing = explore.CoverName, true
	}
	found := make([]surveyed, len(requests))
	err = w.askEach(ctx, binary, t, requests, func(i int, answer battle.Answer, died *noAnswer) (over bool, err error) {
		if died != nil {
			found[i].failed = battle.DeathOf([]byte(died.output), died.err).Message
			return false, nil
		}
		found[i] = surveyedOf(answer)
		return found[i].footprint == nil && found[i].err == nil, nil // it hangs
	})
	return found, err
}

// askEach sends requests that run updates, many to a process. Of those that end it, one
// alone is known: halves are asked again until it is. What takes an answer, or the end of
// the process, tells whether the process is of no more use; another one goes on behind it.
func (w *workshop) askEach(ctx context.Context, binary string, t target, requests []battle.Request, take func(i int, a battle.Answer, died *noAnswer) (over bool, err error)) error {
	for from, to := 0, 0; from < len(requests); from = to {
		size := asks(requests[from])
		for to = from + 1; to < min(from+askedMax, len(requests)) && size+asks(requests[to]) <= askedBytesMax; to++ {
			size += asks(requests[to])
		}
		if err := w.askSome(ctx, binary, t, requests, from, to, take); err != nil {
			return err
		}
	}
	return nil
}

// asks is how many bytes of a run a request has.
func asks(r battle.Request) int { return len(r.Trace) + len(r.Tape) }

func (w *workshop) askSome(ctx context.Context, binary string, t target, requests []battle.Request, from, to int, take func(int, battle.Answer, *noAnswer) (bool, error)) error {
	answers, err := w.askAll(ctx, binary, t, requests[from:to])
	var silent *noAnswer
	switch {
	case errors.As(err, &silent) && to-from > 1:
		middle := (from + to) / 2
		if err := w.askSome(ctx, binary, t, requests, from, middle, take); err != nil {
			return err
		}
		return w.askSome(ctx, binary, t, requests, middle, to, take)
	case errors.As(err, &silent):
		_, err = take(from, battle.Answer{}, silent)
		return err
	case err != nil:
		return err
	}
	for i, answer := range answers {
		over, err := take(from+i, answer, nil)
		if err != nil {
			return err
		}
		if over && from+i+1 < to {
			return w.askSome(ctx, binary, t, requests, from+i+1, to, take)
		}
	}
	return nil
}

func surveyedOf(answer battle.Answer) surveyed {
	one := surveyed{answer: answer}
	switch f := answer.Finding; {
	case f != nil:
		_, one.failed, _ = strings.Cut(f.Title(), ": ") // without the target
	case answer.Error != "":
		one.err = errors.New(answer.Error)
	}
	if answer.Report != nil {
		one.err = json.Unmarshal(answer.Report, &one.footprint)
	}
	return one
}
