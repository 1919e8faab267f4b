//go:build amd64 || arm64

package forkserver

import (
	"encoding/binary"

	"battle.test/explore/probe"
)

// envOperands names the map of operands. AFL sets it for the second of its two servers
// alone, which it asks for operands (CMPLOG).
const envOperands = "__AFL_CMPLOG_SHM_ID"

// The map of operands (AFL++ from 4.00c to 4.09c, include/cmplog.h): a head for each site,
// and then so many operands for each.
const (
	operandSites = 1 << 16
	headSize     = 8
	operandsOf   = 32 // comparisons of a site
	operandSize  = 32 // of one: 16 bytes of both low halves, and of both high ones
	textsOf      = 8  // comparisons of byte strings, in the same room
	textSize     = 64 // of one: two times up to 31 bytes, and their length
	textMost     = 31
	textMark     = 0x80 // added to the length of what is text
	operandsSize = operandSites * (headSize + operandsOf*operandSize)

	ofNumbers = 1
	ofTexts   = 2
)

// A head is hits (24 bits), an id (24), the size of the operands less one (5), and the type
// (2); the rest is for other languages' comparisons.
const (
	sizeAt = 48
	typeAt = 53
)

// operands are the client's map of what is compared. Nil is a client that wants none.
type operands struct {
	memory []byte
	used   []uint32 // sites
}

// operandsIn takes a segment for the map, if it is one of a version whose layout is known.
// Later ones differ in size, and stay empty: AFL then learns nothing from them, and hunts on.
func operandsIn(memory []byte) *operands {
	if len(memory) != operandsSize {
		return nil
	}
	return &operands{memory: memory}
}

// begin records what a run compares, and forgets the run before.
func (o *operands) begin() {
	if o == nil {
		return
	}
	for _, site := range o.used {
		clear(o.head(site))
	}
	o.used = o.used[:0]
	probe.Watch()
}

// end puts what the run has compared into the map.
func (o *operands) end() {
	if o == nil {
		return
	}
	for _, text := range probe.Made(o.number) {
		o.text(text)
	}
}

func (o *operands) head(site uint32) []byte {
	return o.memory[headSize*site:][:headSize]
}

// next is the room for a comparison at a site, of those that the site has; nil if it is
// full: of a loop, the first rounds count.
func (o *operands) next(site uint32, typ, longest, most, size int) []byte {
	if site >= operandSites {
		return nil
	}
	head := binary.NativeEndian.Uint64(o.head(site))
	hits := int(head & (1<<24 - 1))
	if hits == 0 {
		o.used = append(o.used, site)
	}
	if hits == most {
		return nil
	}
	longest = max(longest, int(head>>sizeAt&31)+1)
	binary.NativeEndian.PutUint64(o.head(site), uint64(hits+1)|uint64(longest-1)<<sizeAt|uint64(typ)<<typeAt)
	return o.memory[operandSites*headSize+int(site)*operandsOf*operandSize:][hits*size:][:size]
}

// number puts in a comparison of integers that differ, as AFL's own compiler does.
func (o *operands) number(c probe.Sited) {
	if c.A == c.B || int(c.Site) >= len(probe.Sites) {
		return
	}
	size := int(probe.Sites[c.Site])
	room := o.next(c.Site, ofNumbers, size, operandsOf, operandSize)
	if room == nil {
		return
	}
	clear(room)
	low := uint64(1)<<(8*size) - 1 // all bits for 8 bytes
	binary.NativeEndian.PutUint64(room, c.A&low)
	binary.NativeEndian.PutUint64(room[8:], c.B&low)
}

// text puts in a comparison of byte strings. What is replaced keeps its length on the tape,
// so one byte against more is of no use.
func (o *operands) text(c probe.Text) {
	longest := min(max(len(c.A), len(c.B)), textMost)
	if longest < 2 {
		return
	}
	room := o.next(c.Site, ofTexts, longest, textsOf, textSize)
	if room == nil {
		return
	}
	clear(room)
	for i, operand := range []string{c.A, c.B} {
		half := room[i*textSize/2:][:textSize/2]
		half[textMost] = textMark + byte(copy(half[:textMost], operand))
	}
}
