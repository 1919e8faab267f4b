package main

import (
	"cmp"
	"container/heap"
	"slices"
	"strings"
)

// A candidate may be chosen for the traits that it shows.
type candidate struct {
	file    string
	updates int
	traits  []int // each once
}

// setCover chooses candidates that show, with what is known already, all that all of them
// show. It is greedy: the one that adds most comes next, of equals the shorter, then the
// first by name. What the later ones made superfluous goes again. No algorithm that is
// quick comes much closer to the fewest in the worst case (Feige, 1998).
//
// The result is indices, in the order of the candidates.
func setCover(before known, candidates []candidate) []int {
	have := make(known, len(before))
	for t := range before {
		have[t] = true
	}
	queue := &gains{candidates: candidates}
	for i, c := range candidates {
		queue.all = append(queue.all, gain{i, len(have.fresh(c.traits))})
	}
	heap.Init(queue)
	var chosen []int
	for queue.Len() > 0 {
		top := &queue.all[0]
		// A gain only sinks as others are chosen: one that is still the highest is it.
		if now := len(have.fresh(candidates[top.index].traits)); now < top.traits {
			if top.traits = now; now == 0 {
				heap.Pop(queue)
			} else {
				heap.Fix(queue, 0)
			}
			continue
		}
		best := heap.Pop(queue).(gain)
		if best.traits == 0 {
			break
		}
		have.add(candidates[best.index].traits)
		chosen = append(chosen, best.index)
	}
	chosen = withoutSuperfluous(before, candidates, chosen)
	slices.Sort(chosen)
	return chosen
}

// withoutSuperfluous drops those whose traits the others all show, the last chosen first.
func withoutSuperfluous(before known, candidates []candidate, chosen []int) (needed []int) {
	shows := make(map[int]int)
	for _, i := range chosen {
		for _, t := range candidates[i].traits {
			shows[t]++
		}
	}
	for _, i := range slices.Backward(chosen) {
		traits := candidates[i].traits
		if slices.ContainsFunc(traits, func(t int) bool { return shows[t] == 1 && !before[t] }) {
			needed = append(needed, i)
			continue
		}
		for _, t := range traits {
			shows[t]--
		}
	}
	return needed
}

// A gain is how much a candidate adds, at most.
type gain struct{ index, traits int }

// gains are a heap, the best on top.
type gains struct {
	candidates []candidate
	all        []gain
}

func (g *gains) Len() int      { return len(g.all) }
func (g *gains) Swap(i, j int) { g.all[i], g.all[j] = g.all[j], g.all[i] }
func (g *gains) Push(any)      { panic("gains only go") }
func (g *gains) Pop() any {
	last := g.all[len(g.all)-1]
	g.all = g.all[:len(g.all)-1]
	return last
}

func (g *gains) Less(i, j int) bool {
	a, b := g.all[i], g.all[j]
	return cmp.Or(cmp.Compare(b.traits, a.traits), g.candidates[a.index].compare(g.candidates[b.index])) < 0
}

// compare puts the shorter first.
func (c candidate) compare(other candidate) int {
	return cmp.Or(cmp.Compare(c.updates, other.updates), strings.Compare(c.file, other.file))
}

// showers says which of the candidates that stay show the traits of another: of each
// trait the first.
type showers map[int]string // by trait

func (s showers) add(c candidate) {
	for _, t := range c.traits {
		if _, there := s[t]; !there {
			s[t] = c.file
		}
	}
}

func (s showers) of(c candidate) []string {
	var files []string
	for _, t := range c.traits {
		files = append(files, s[t])
	}
	slices.Sort(files)
	return slices.Compact(files)
}
