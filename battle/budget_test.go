package battle

import (
	"testing"
	"time"
)

// A budget of CPU time is spent by the process, and by no other on the machine. But a
// subject that sleeps must end, too.
func TestABudgetIsOfTheClockOrOfCPUTime(t *testing.T) {
	s := newSession(everythingPlan(), orders{engine: engineRapid, dir: t.TempDir(), budget: 10 * time.Minute}, source{})
	s.started = time.Now().Add(-time.Hour)
	if got := s.spent(); got < time.Hour || !s.expired() {
		t.Errorf("got %v spent after an hour of the clock", got)
	}
	s.orders.inCPU = true
	before := cpuTime()
	got, after := s.spent(), max(cpuTime(), time.Since(s.started)/10)
	if got < max(before, 6*time.Minute) || got > after {
		t.Errorf("got %v spent after an hour, of which CPU time is %v to %v", got, before, after)
	}
	s.started, s.orders.budget = time.Now(), before // the process had as much before the session began
	if !s.expired() {
		t.Errorf("a budget of %v is not spent after that much CPU time", before)
	}
}
