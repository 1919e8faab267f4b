package forkserver

import (
	"slices"

	"battle.test/battle"
	"battle.test/explore/probe"
)

// Bounds of the dictionary. AFL uses all of up to 200 entries of up to 128 bytes.
const (
	wordMax     = 128
	constantMax = 80
	updateMax   = 120
)

// WordsName is what Words is registered as.
const WordsName = "words"

// Words reports the words of the dictionary, for engines that take one in other forms, and
// runs nothing. It is for [battle.Register].
func Words(h *battle.Hunt) {
	all := words(h)
	h.Report(func() any { return all })
}

// dictionary is the words as AFL takes them: as entries of a length and so many bytes.
func dictionary(h *battle.Hunt) (entries []byte) {
	for _, word := range words(h) {
		entries = append(append(entries, byte(len(word))), word...)
	}
	return entries
}

// words are the constants of the instrumented sources, as they lie on a tape, and updates
// that are made of them.
func words(h *battle.Hunt) (all [][]byte) {
	seen := make(map[string]bool)
	add := func(word []byte) {
		if len(word) < 2 || len(word) > wordMax || seen[string(word)] { // one byte is tried anyway
			return
		}
		seen[string(word)] = true
		all = append(all, word)
	}
	for _, n := range spread(probe.Numbers, constantMax/2) {
		add(number(n))
	}
	for _, text := range spread(probe.Texts, constantMax/2) {
		add([]byte(text))
	}
	kinds := len(h.Weights())
	dice := &constants{}
	for i := range max(updateMax, kinds) {
		add(h.Roll(nil, i%kinds, dice))
	}
	return all
}

// spread takes so many of a list, from all over it.
func spread[E any](list []E, most int) []E {
	var some []E
	for i := range min(most, len(list)) {
		some = append(some, list[i*len(list)/min(most, len(list))])
	}
	return some
}

// number is how a field holds a number, little-endian, that is wide enough for it. One that
// is drawn from around zero lies on the tape as it is.
func number(n uint64) []byte {
	var word []byte
	for width := range 8 {
		word = append(word, byte(n>>(8*width)))
	}
	for _, width := range []int{2, 4} {
		if n>>(8*width) == 0 {
			return word[:width]
		}
	}
	return word
}

// constants are dice that throw one constant after the other. They implement
// [battle.Dice].
type constants struct{ thrown int }

// Number implements [battle.Dice].
func (c *constants) Number(low, top uint64, signed bool) uint64 {
	c.thrown++
	const few = 16 // a range of so few has other meanings than those of the constants
	if span := top - low; span < few {
		return low + uint64(c.thrown)%(span+1)
	}
	fits := func(n uint64) bool { return n-low <= top-low }
	for i := range probe.Numbers {
		if n := probe.Numbers[(c.thrown+i)%len(probe.Numbers)]; fits(n) {
			return n
		}
	}
	return low
}

// Text implements [battle.Dice].
func (c *constants) Text(low, top int) []byte {
	c.thrown++
	fits := func(text string) bool { return len(text) >= low && len(text) <= top }
	some := slices.DeleteFunc(slices.Clone(probe.Texts), func(text string) bool { return !fits(text) })
	if len(some) == 0 {
		return make([]byte, low)
	}
	return []byte(some[c.thrown%len(some)])
}
