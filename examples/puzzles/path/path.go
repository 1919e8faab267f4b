// Package path is a row of gates, each of which opens to one value only. But for the
// first, no such value stands in the source: it is computed while the program runs.
package path

import (
	"encoding/hex"
	"hash/fnv"
	"math/bits"
)

// A Path is at its first gate.
type Path struct {
	gate int
	key  uint64 // what the gates behind the first are made from
}

const (
	first = 0x5EEDC0DE
	gates = 4
)

// New makes a path; its gates depend on the key.
func New(key uint64) *Path { return &Path{key: key} }

// Through tells whether all gates have been passed.
func (p *Path) Through() bool { return p.gate == gates }

// Number32 tries a number at the gate that p is at.
func (p *Path) Number32(v uint32) {
	switch {
	case p.gate == 0 && v == first:
		p.gate = 1
	case p.gate == 3 && v == p.sum():
		p.gate = 4
	}
}

// Number64 tries a number at the gate that p is at.
func (p *Path) Number64(v uint64) {
	if p.gate == 1 && v == p.mixed() {
		p.gate = 2
	}
}

// Word tries a word at the gate that p is at.
func (p *Path) Word(text string) {
	if p.gate == 2 && text == p.word() {
		p.gate = 3
	}
}

func (p *Path) mixed() uint64 { return bits.RotateLeft64(p.key*0x9E3779B97F4A7C15, 31) ^ p.key }

func (p *Path) word() string {
	m := p.mixed()
	return hex.EncodeToString([]byte{byte(m), byte(m >> 8), byte(m >> 24), byte(m >> 40), byte(m >> 48)})
}

func (p *Path) sum() uint32 {
	h := fnv.New32a()
	h.Write([]byte(p.word()))
	return h.Sum32()
}
