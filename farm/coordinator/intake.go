package coordinator

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"battle.test/farm/store"
	"battle.test/farm/work"
)

// refused is the error of something that is never to count, with its reason. It is shown.
func (c *Coordinator) refused(kind string, from work.Source, format string, args ...any) error {
	why := fmt.Sprintf(format, args...)
	c.book.refuse(store.Refusal{At: time.Now().UTC(), Kind: kind, Worker: from.Worker, Target: from.Target, Why: why})
	c.Log("refused a %s of %s in %s: %s", kind, from.Worker, from.Target, why)
	return fmt.Errorf("%s: %w", why, work.ErrRefused)
}

// nameMax is how long a name may be that a worker says, in bytes.
const nameMax = 200

// known refuses what comes from a build or is for a target that the farm does not have.
func (c *Coordinator) known(kind string, from work.Source) (store.Target, error) {
	for _, name := range []*string{&from.Item, &from.Worker, &from.Build, &from.Engine, &from.Target} {
		if size := len(*name); size > nameMax {
			*name = (*name)[:nameMax]
			return store.Target{}, c.refused(kind, from, "a name of %d bytes, want at most %d", size, nameMax)
		}
	}
	engines := c.book.knownEngines()
	if len(engines) == 0 {
		return store.Target{}, errors.New("there is no build yet to judge it by")
	}
	if from.Engine != "" && !slices.Contains(engines, from.Engine) { // what was recovered has none
		return store.Target{}, c.refused(kind, from, "wrong engine: the farm has no engine %.40q", from.Engine)
	}
	if _, known := c.book.build(from.Build); !known {
		return store.Target{}, c.refused(kind, from, "wrong build: the farm has no build %.40q", from.Build)
	}
	t, known := c.book.target(from.Target)
	if !known {
		return t, c.refused(kind, from, "wrong target: the farm has no target %.40q", from.Target)
	}
	return t, nil
}

// checkTrace says what is wrong with a trace before anything is run for it, or "".
func checkTrace(t store.Target, lines []string) string {
	size := 0
	for i, line := range lines {
		if size += len(line) + 1; size > work.TraceBytesMax {
			return fmt.Sprintf("a trace of more than %d bytes", work.TraceBytesMax)
		}
		if !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) {
			return fmt.Sprintf("line %d of its trace is no text", i+1)
		}
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "" || strings.HasPrefix(name, "#") {
			continue
		}
		known := false
		for _, op := range t.Ops {
			known = known || op.Name == name
		}
		if !known {
			return fmt.Sprintf("line %d of its trace has an update %.40q, which the target has not", i+1, name)
		}
	}
	return ""
}

// The weights of what is new, and how fast it is forgotten.
const (
	findingGain = 10.0 // a finding counts as much as so many traces
	fade        = 0.8  // what an arm did before counts so much less with each report
)

// count adds a report to what its engine has done in its target. Messages come in their order,
// so one that is counted already has a number that is no higher than the last.
func (c *Coordinator) count(ctx context.Context, sequence uint64, r work.Report) error {
	if err := c.held(); err != nil {
		return err
	}
	if _, err := c.known("report", r.Source); err != nil {
		return err
	}
	if !sound(r.Seconds) || !sound(r.CPU) || !sound(r.Of.Rate) || !sound(r.Of.Expected) {
		return c.refused("report", r.Source, "its times are none: %v s, %v s of CPU", r.Seconds, r.CPU)
	}
	key := armKey(r.Target, r.Engine)
	c.book.mu.Lock()
	fresh := c.book.fresh[key]
	delete(c.book.fresh, key)
	c.book.mu.Unlock()
	arm, err := change(ctx, c.book, &c.store.Arms, c.book.arms, key, func(a *store.Arm, _ bool) bool {
		if sequence <= a.Sequence {
			return false
		}
		c.add(a, r, float64(fresh))
		a.Sequence = sequence
		return true
	})
	if err != nil {
		return err
	}
	return c.sample(ctx, arm)
}

// sound tells whether a number is a time or a rate.
func sound(x float64) bool { return x >= 0 && x < 1e12 && !math.IsNaN(x) }

// add counts a report in.
func (c *Coordinator) add(a *store.Arm, r work.Report, fresh float64) {
	a.Target, a.Engine = r.Target, r.Engine
	a.Reports++
	a.Runs += r.Runs
	a.Updates += r.Updates
	a.Seconds += r.Seconds
	a.CPU += r.CPU
	a.Gain = a.Gain*fade + fresh
	a.Spent = a.Spent*fade + r.Seconds
	r.Of.Trim()
	if r.Fault == "" {
		a.Failures, a.Fault, a.Resting = 0, "", time.Time{}
		a.Last = r.Of
		return
	}
	a.Failures++
	a.Fault = work.Cut(r.Fault)
	a.Resting = time.Now().UTC().Add(rest(a.Failures))
}

// rest is how long an engine rests in a target after so many faults in a row: it is started
// again, but not over and over.
func rest(failures int) time.Duration {
	const shortest, longest = 10 * time.Second, time.Hour
	return min(longest, shortest<<min(failures-1, 12))
}

// sampleEvery is the least time between two samples of a target.
const sampleEvery = 15 * time.Second

// sample writes a point of a target's curves.
func (c *Coordinator) sample(ctx context.Context, arm store.Arm) error {
	one := store.Sample{At: time.Now().UTC(), Target: arm.Target, Build: c.book.present()}
	c.book.mu.Lock()
	all := c.book.samples[arm.Target]
	var last store.Sample
	if len(all) > 0 {
		last = all[len(all)-1]
	}
	for _, row := range c.book.arms {
		if a := row.Value; a.Target == arm.Target {
			one.Updates += a.Updates
			one.CPU += a.CPU
			one.Covered, one.Blocks, one.Moments = max(one.Covered, a.Last.Covered), max(one.Blocks, a.Last.Blocks), max(one.Moments, a.Last.Moments)
			if time.Since(a.Last.At) < 2*c.Slice {
				one.Rate += a.Last.Rate
			}
		}
	}
	one.Entries = len(c.book.shelfOf(arm.Target).entries)
	for _, row := range c.book.findings {
		if f := row.Value; f.Target == arm.Target {
			one.Findings++
			if f.State.Open() {
				one.Open++
			}
		}
	}
	c.book.mu.Unlock()
	if !last.At.IsZero() && one.At.Sub(last.At).Abs() < sampleEvery {
		return nil
	}
	if one.At.Before(last.At) { // the clock was set back: a curve goes forward
		one.At = last.At
	}
	if err := c.store.AddSample(ctx, one); err != nil {
		return err
	}
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	c.book.samples[arm.Target] = append(c.book.samples[arm.Target], one)
	c.book.changedNow()
	return nil
}
