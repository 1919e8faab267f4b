package battle

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
)

// consult lets a registered engine look into the failure of a tape. The engine makes up
// other runs, gives them up with [Hunt.Drop], and leaves its answer with [Hunt.Report].
func (s *session) consult(r Request, engine Engine, tape []byte) (a Answer, err error) {
	if s.orders.budget <= 0 {
		return a, fmt.Errorf("%s needs a %s above zero, got %v", r.Do, EnvBudget, s.orders.budget)
	}
	s.runner = newRunner(s.plan)
	f, ran := s.attempt(tape)
	prog := s.plan.decode(ran)
	switch {
	case f == nil && len(prog) == 0:
		return a, fmt.Errorf("%s has no updates", cmp.Or(r.File, "the trace"))
	case f == nil:
		return a, fmt.Errorf("the trace does not fail: %s passed", counted(len(prog), "update"))
	case f.Kind == Hang:
		return a, fmt.Errorf("the trace hangs in update %d (%s): %s needs a failure that the process outlives", f.Moment+1, f.Op, r.Do)
	case f.Kind == Harness:
		return a, fmt.Errorf("the harness is at fault, in update %d (%s): %s", f.Moment+1, f.Op, firstLine(f.Message))
	}
	prog = prog[:min(len(prog), f.Moment+1)]
	if r.Length != 0 && r.Length < len(prog) {
		return a, fmt.Errorf("runs of length %d: the trace fails in update %d, want at least as many", r.Length, len(prog))
	}
	a.Finding = newFinding(s.plan, s.source, prog, f)
	h := &Hunt{s: s, wanted: Wanted{Updates: apart(s.plan, prog), Key: f.key(), Length: max(r.Length, len(prog))}}
	a.Report, err = h.consulted(engine)
	return a, err
}

// observe lets a registered engine look into a run that need not fail. If it does, the
// failure is in the answer, too. Of a run that hangs there is no report, and nothing else
// is answered: its goroutine is still at it, and what it counts would be taken for that of
// later runs.
func (s *session) observe(engine Engine, a Answer) (Answer, error) {
	if a.Updates == 0 {
		return a, errors.New("the trace has no updates")
	}
	s.runner = newRunner(s.plan)
	f, ran := s.attempt(a.Tape)
	prog := s.plan.decode(ran)
	if f != nil {
		a.Finding = newFinding(s.plan, s.source, prog, f)
		if f.Kind == Hang {
			return a, nil
		}
	}
	h := &Hunt{s: s, wanted: Wanted{Updates: apart(s.plan, prog), Length: len(prog)}}
	var err error
	a.Report, err = h.consulted(engine)
	return a, err
}

// consulted runs the engine under the watchdog.
func (h *Hunt) consulted(engine Engine) (json.RawMessage, error) {
	h.s.runner.t.quiet, h.s.progress = true, nil
	returned := false
	hang, tape := h.s.runner.watch(func() {
		engine(h)
		returned = true
	})
	switch {
	case hang != nil:
		return nil, fmt.Errorf("another run that was tried hangs, which ends the process: a finding of its own: %s", h.s.plan.decode(tape).oneLine())
	case !returned:
		return nil, fmt.Errorf("an update called runtime.Goexit, in: %s", h.s.plan.decode(h.whole()).oneLine())
	case h.s.progress == nil:
		return nil, errors.New("the engine has nothing to say")
	}
	return json.Marshal(h.s.progress())
}
