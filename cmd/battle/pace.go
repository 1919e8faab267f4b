package main

import (
	"fmt"
	"sync"
	"time"
)

// A pace tells how far a round is, and how long it will take as far as that can be told:
// trials of one kind, which is an engine in tasks or in bugs, take about equally long.
type pace struct {
	cores int

	mu        sync.Mutex
	done, all int
	left      map[string]int // trials to come, by kind
	took      map[string]time.Duration
	made      map[string]int // trials that took that
}

// newPace expects a trial of each kind given; a kind is there as often as it comes.
func newPace(kinds []string, cores int) *pace {
	p := &pace{cores: cores, all: len(kinds), left: make(map[string]int), took: make(map[string]time.Duration), made: make(map[string]int)}
	for _, kind := range kinds {
		p.left[kind]++
	}
	return p
}

func kindOf(bug, engine string) string {
	if bug != "" {
		return "bug " + engine
	}
	return "task " + engine
}

// step notes that a trial is over, and says how far the round is. One that was not made
// afresh says nothing of those to come.
func (p *pace) step(kind string, took time.Duration, fresh bool) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.left[kind]--
	if fresh {
		p.took[kind] += took
		p.made[kind]++
	}
	text := fmt.Sprintf("%d/%d", p.done, p.all)
	if left := p.remains(); left > 0 {
		text += ", about " + rough(left) + " left"
	}
	return "[" + text + "]"
}

func (p *pace) progress() (done, all int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.done, p.all
}

// remains is the time of the clock that the trials to come will take, or 0 if nothing is
// known. For kinds that were not seen yet, the mean of the others stands in.
func (p *pace) remains() (sum time.Duration) {
	var all time.Duration
	made := 0
	for kind, n := range p.made {
		all, made = all+p.took[kind], made+n
	}
	if made == 0 {
		return 0
	}
	for kind, n := range p.left {
		mean := all / time.Duration(made)
		if p.made[kind] > 0 {
			mean = p.took[kind] / time.Duration(p.made[kind])
		}
		sum += mean * time.Duration(n)
	}
	return sum / time.Duration(p.cores)
}

// rough is a time to wait, no more exact than it is known.
func rough(d time.Duration) string {
	if d < 2*time.Minute {
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return fmt.Sprintf("%.0f min", d.Minutes())
}
