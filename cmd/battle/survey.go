package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
}

// A survey runs traces in a target's instrumented test binary.
type survey struct {
	workshop *workshop
	target   target
	binary   string
	traces   []string
	found    []surveyed
}

// survey says of each trace what its run shows. Traces that fail are no error: their runs
// show something, too, unless they end the process or hang.
func (w *workshop) survey(ctx context.Context, t target, traces []string) ([]surveyed, error) {
	if len(traces) == 0 {
		return nil, nil
	}
	binary, err := w.buildExplore(ctx, t, true)
	if err != nil {
		return nil, err
	}
	defer during(fmt.Sprintf("running %s of %s", count(len(traces), "trace"), t.Name))()
	s := &survey{w, t, binary, traces, make([]surveyed, len(traces))}
	for from, to := 0, 0; from < len(traces); from = to {
		size := len(traces[from])
		for to = from + 1; to < min(from+askedMax, len(traces)) && size+len(traces[to]) <= askedBytesMax; to++ {
			size += len(traces[to])
		}
		if err := s.run(ctx, from, to); err != nil {
			return nil, err
		}
	}
	return s.found, nil
}

// run asks about some of the traces. Of those that end the process, one alone is known:
// halves are asked about until it is. Behind one that hangs another process goes on.
func (s *survey) run(ctx context.Context, from, to int) error {
	var requests []battle.Request
	for _, trace := range s.traces[from:to] {
		requests = append(requests, battle.Request{Do: explore.CoverName, File: "trace", Trace: trace, Passing: true})
	}
	answers, err := s.workshop.askAll(ctx, s.binary, s.target, requests)
	var silent *noAnswer
	switch {
	case errors.As(err, &silent) && to-from > 1:
		middle := (from + to) / 2
		if err := s.run(ctx, from, middle); err != nil {
			return err
		}
		return s.run(ctx, middle, to)
	case errors.As(err, &silent):
		s.found[from].failed = battle.DeathOf([]byte(silent.output), silent.err).Message
		return nil
	case err != nil:
		return err
	}
	for i, answer := range answers {
		if s.found[from+i], err = surveyedOf(answer); err != nil {
			return fmt.Errorf("%s.%s: what a trace shows: %w:\n%s", s.target.Package, s.target.Func, err, s.traces[from+i])
		}
		if hangs := s.found[from+i].footprint == nil; hangs && from+i+1 < to {
			return s.run(ctx, from+i+1, to)
		}
	}
	return nil
}

func surveyedOf(answer battle.Answer) (surveyed, error) {
	one := surveyed{}
	switch f := answer.Finding; {
	case f != nil:
		_, one.failed, _ = strings.Cut(f.Title(), ": ") // without the target
	case answer.Error != "":
		return one, errors.New(answer.Error)
	}
	if answer.Report == nil {
		return one, nil
	}
	err := json.Unmarshal(answer.Report, &one.footprint)
	return one, err
}
