package main

import (
	"fmt"
	"strings"

	"battle.test/explore"
	"battle.test/explore/probe"
)

// A trait is something that a run can show.
type trait struct {
	kind traitKind
	a, b string // names
	k    uint64 // of a state; the index of a block, or of a mark
}

type traitKind uint8

const (
	updateTrait traitKind = iota // a kind of update was in it
	labelTrait
	pairTrait  // of labels
	stateTrait // of t.Reach
	blockTrait // a block ran
	markTrait  // a block ran so often
)

// An atlas numbers traits, so that sets of them are small and quick to compare. Numbers
// are given in the order in which traits are first seen.
type atlas struct {
	blocks  []probe.Block
	traits  []trait
	numbers map[trait]int
}

func newAtlas(blocks []probe.Block) *atlas {
	return &atlas{blocks: blocks, numbers: make(map[trait]int)}
}

func (a *atlas) number(t trait) int {
	n, known := a.numbers[t]
	if !known {
		n = len(a.traits)
		a.numbers[t] = n
		a.traits = append(a.traits, t)
	}
	return n
}

// chart is the traits of a run, each once. Nothing is known of one without a footprint.
func (a *atlas) chart(f *explore.Footprint) (traits []int) {
	if f == nil {
		return nil
	}
	add := func(t trait) { traits = append(traits, a.number(t)) }
	for _, name := range f.Kinds {
		add(trait{kind: updateTrait, a: name})
	}
	for i, name := range f.Labels {
		add(trait{kind: labelTrait, a: name})
		for _, other := range f.Labels[i+1:] {
			add(trait{kind: pairTrait, a: name, b: other})
		}
	}
	for _, s := range f.States {
		add(trait{kind: stateTrait, a: s.Name, k: s.K})
	}
	last := -1
	for _, m := range f.Marks {
		if block := m.Block(); block != last { // marks ascend
			last = block
			add(trait{kind: blockTrait, k: uint64(block)})
		}
		add(trait{kind: markTrait, k: uint64(m)})
	}
	return traits
}

// A showing is some traits in words.
type showing struct {
	Updates []string `json:"updates,omitempty"`
	Labels  []string `json:"labels,omitempty"`
	Pairs   []string `json:"pairs,omitempty"` // of labels in one run
	States  []string `json:"states,omitempty"`
	Blocks  []string `json:"blocks,omitempty"` // file:line-line
	Counts  int      `json:"counts,omitempty"` // how often a block ran, roughly: a block may have several
}

func (a *atlas) showing(traits []int) showing {
	var s showing
	for _, n := range traits {
		switch t := a.traits[n]; t.kind {
		case updateTrait:
			s.Updates = append(s.Updates, t.a)
		case labelTrait:
			s.Labels = append(s.Labels, t.a)
		case pairTrait:
			s.Pairs = append(s.Pairs, t.a+" with "+t.b)
		case stateTrait:
			s.States = append(s.States, fmt.Sprintf("%s=%d", t.a, t.k))
		case blockTrait:
			b := a.blocks[t.k]
			s.Blocks = append(s.Blocks, fmt.Sprintf("%s:%d-%d", b.File, b.Line, b.Last))
		case markTrait:
			s.Counts++
		}
	}
	return s
}

// some names the first few.
func some(names []string) string {
	const most = 3
	text := strings.Join(names[:min(len(names), most)], ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// String is the showing in a line. Counts of blocks are left out where whole blocks are
// named: those have counts, too.
func (s showing) String() string {
	var parts []string
	add := func(noun string, names []string) {
		if len(names) == 0 {
			return
		}
		if len(names) > 1 {
			noun += "s"
		}
		parts = append(parts, noun+" "+some(names))
	}
	add("update", s.Updates)
	add("label", s.Labels)
	if len(s.Labels) == 0 { // a new label makes pairs with all others
		add("label pair", s.Pairs)
	}
	add("state", s.States)
	add("block", s.Blocks)
	if len(s.Blocks) == 0 && s.Counts > 0 {
		parts = append(parts, count(s.Counts, "count")+" of blocks")
	}
	return strings.Join(parts, "; ")
}

// A known is a set of traits.
type known map[int]bool

func (k known) add(traits []int) {
	for _, t := range traits {
		k[t] = true
	}
}

// fresh is those that are not known.
func (k known) fresh(traits []int) (fresh []int) {
	for _, t := range traits {
		if !k[t] {
			fresh = append(fresh, t)
		}
	}
	return fresh
}
