package main

import (
	"fmt"
	"strings"
)

// A contribution is what an engine did in an ensemble, and for it.
type contribution struct {
	Share  float64 `json:"share"`  // percent of the ensemble's CPU time
	Kept   int     `json:"kept"`   // runs of its that were looked at
	Given  int     `json:"given"`  // of those, what the others were given
	Taken  int     `json:"taken"`  // runs of others that it was given
	Passed int     `json:"passed"` // runs of its that were not looked at, or can't be used
	First  int     `json:"first"`  // findings that it had before the others
}

// contribution is that of a part by now.
func (e *ensemble) contribution(p *part) contribution {
	var own float64
	for _, j := range p.jobs {
		own += j.used().Seconds()
	}
	e.relay.mu.Lock()
	c := contribution{Kept: p.gave, Given: p.fresh, Taken: p.took, Passed: p.left}
	e.relay.mu.Unlock()
	if all := e.spent().Seconds(); all > 0 {
		c.Share = 100 * own / all
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, first := range e.first {
		if first == p {
			c.First++
		}
	}
	return c
}

// contribution is that of a crew in its ensemble, or nil if it is in none.
func (c crew) contribution() *contribution {
	e := c[0].ensemble
	if e == nil {
		return nil
	}
	for _, p := range e.parts {
		if p.jobs[0] == c[0] {
			one := e.contribution(p)
			return &one
		}
	}
	return nil
}

// exchanges shows what the engines of ensembles did for each other.
func (h *hunt) exchanges() string {
	var b strings.Builder
	for _, j := range h.leads() {
		e := j.ensemble
		if e == nil {
			continue
		}
		if b.Len() == 0 {
			fmt.Fprintf(&b, "\n%-14s %-10s %9s %9s %9s %9s %9s %9s\n", "together", "engine", "% of CPU", "kept", "given", "taken", "passed", "first at")
		}
		for _, p := range e.parts {
			c := e.contribution(p)
			fmt.Fprintf(&b, "%-14s %-10s %9.0f %9d %9d %9d %9d %9d\n", e.target.Name, p.jobs.row().Crew(), c.Share, c.Kept, c.Given, c.Taken, c.Passed, c.First)
		}
		if all := e.spent().Seconds(); all > 0 {
			fmt.Fprintf(&b, "%-14s %-10s %9.0f\n", e.target.Name, "exchange", 100*e.relay.meter.read().Seconds()/all)
		}
		if why := e.relay.trouble(); why != "" {
			fmt.Fprintf(&b, "  some runs can't be used, such as: %s\n", why)
		}
	}
	return b.String()
}

// givenBy is how many runs of a part the others were given.
func (r *relay) givenBy(p *part) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return p.fresh
}

// trouble is what is wrong with the first run that can't be used, or "".
func (r *relay) trouble() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.why
}
