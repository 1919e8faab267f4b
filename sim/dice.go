package sim

import "math/bits"

// Dice are a source of choices: splitmix64 (Steele, Lea, Flood 2014), whose state is one
// number. Equal dice roll equally, and a copy of dice rolls as they would have.
type Dice struct{ state uint64 }

// NewDice makes dice of a seed: a field of an update, say.
func NewDice(seed uint64) Dice { return Dice{seed} }

const golden = 0x9e3779b97f4a7c15

// Roll is 64 bits.
func (d *Dice) Roll() uint64 {
	d.state += golden
	return mix(d.state)
}

// Below is a number below n, or 0 if n is 0.
func (d *Dice) Below(n uint64) uint64 {
	high, _ := bits.Mul64(d.Roll(), n)
	return high
}

// mix makes numbers that differ in a bit differ in half of them.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// diceOf makes dice for a part of the network, so that parts choose apart.
func diceOf(seed uint64, part, number int) Dice {
	return Dice{mix(seed ^ mix(uint64(part)<<32+uint64(number)+golden))}
}

// A Chance is how likely a thing is, in parts of 65,536.
type Chance uint32

// Always is the chance of what happens each time.
const Always Chance = 1 << 16

// Percent is a chance of p in a hundred.
func Percent(p int) Chance { return Chance(p * int(Always) / 100) }

// or is the chance that one of two things happens which don't depend on each other.
func (c Chance) or(other Chance) Chance {
	c, other = min(c, Always), min(other, Always)
	return c + other - Chance(uint64(c)*uint64(other)>>16)
}

// happens rolls for a chance. One that is 0 takes no roll, so that a fault that is not
// there leaves all others as they were.
func (d *Dice) happens(c Chance) bool { return c > 0 && d.Roll()>>48 < uint64(c) }

// Units of virtual time, in ns.
const (
	Microsecond int64 = 1000
	Millisecond       = 1000 * Microsecond
	Second            = 1000 * Millisecond
)

// A Span is a duration that varies.
type Span struct {
	Min, Max int64 // ns
	Tailed   bool  // mostly near Min, seldom near Max
}

// Even is a span of which each length is as likely.
func Even(least, most int64) Span { return Span{least, most, false} }

// Tailed is a span that is mostly near its least: within a 64th of the way to most in
// two of three cases, and past the middle in less than one of a hundred.
func Tailed(least, most int64) Span { return Span{least, most, true} }

// tailDoublings is how often the range of a tailed span may double.
const tailDoublings = 6

// draw is a length of the span. One that does not vary takes no roll.
func (s Span) draw(d *Dice) int64 {
	if s.Max <= s.Min {
		return s.Min
	}
	width := uint64(s.Max - s.Min)
	if s.Tailed {
		doublings := min(tailDoublings, bits.TrailingZeros64(d.Roll()))
		width >>= tailDoublings - doublings
	}
	return s.Min + int64(d.Below(width+1))
}

// plus is the span of one thing after another.
func (s Span) plus(other Span) Span {
	return Span{s.Min + other.Min, max(s.Min, s.Max) + max(other.Min, other.Max), s.Tailed || other.Tailed}
}
