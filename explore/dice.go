package explore

import (
	"math/bits"
	"math/rand/v2"

	"battle.test/explore/probe"
)

// dice choose the arguments of updates. They implement [battle.Dice].
type dice struct {
	random   *rand.PCG
	earlier  [earlierMax]uint64 // wide numbers that were lately chosen
	count    int
	operands [operandsMax]uint64 // numbers that the code lately compared with others
	seen     int                 // operands so far
	texts    []string            // likewise, byte strings
	text     []byte
	style    int    // how wide numbers are drawn: mixed, or all alike
	favour   uint64 // decides which number of a narrow range is drawn often; 0 is none
	least    bool   // small numbers of a narrow range are drawn often
}

const (
	earlierMax  = 16
	operandsMax = 256 // a power of two
	textsMax    = 64
	wideFrom    = 256 // values: a range of fewer is tried out soon enough
	small       = 4   // below it, numbers are tried anyway
)

const seedStream = 0x9E3779B97F4A7C15

// Styles of drawing wide numbers, beside those that a mix is made of.
const (
	mixed  = -1
	simple = 11 // near the simplest
	evenly = 15
)

// styles are what bursts draw numbers in, each as often: what matters may be none of those that
// stand out, or several small ones at once.
var styles = [...]int{mixed, mixed, mixed, evenly, evenly, evenly, simple, simple}

func newDice(seed uint64) *dice {
	return &dice{random: rand.NewPCG(seed, seedStream), style: mixed}
}

// throw decides how numbers are drawn from now on.
func (d *dice) throw() {
	d.style = styles[d.below(len(styles))]
	d.prefer()
}

// prefer chooses which numbers of narrow ranges are drawn more often than others from now on. Half of
// the time it is one of each range, whatever field that is for: where they are hosts or slots, several
// updates meet at one, as three that are drawn evenly from a dozen do one time in 144. And half of the
// time small ones are.
func (d *dice) prefer() {
	roll := d.random.Uint64()
	d.favour, d.least = roll, roll>>1&1 == 1
	if roll&1 == 0 {
		d.favour = 0
	}
}

// favourite is the number of a range that is drawn often.
func (d *dice) favourite(low, span uint64) uint64 {
	hash := (d.favour ^ low<<32 ^ span) * seedStream
	return low + (hash^hash>>29)%(span+1)
}

// lesser is a number up to a limit. Each length in bits is as likely, so it is small more often.
func lesser(roll, most uint64) uint64 {
	width := roll % uint64(bits.Len64(most)+1)
	return roll >> 8 & (1<<width - 1) % (most + 1)
}

// forget makes the next run independent of the numbers of earlier ones.
func (d *dice) forget() { d.earlier, d.count = [earlierMax]uint64{}, 0 }

// below is a number below n. The bias of the remainder does not matter here.
func (d *dice) below(n int) int { return int(d.random.Uint64() >> 1 % uint64(n)) }

// Number implements [battle.Dice].
func (d *dice) Number(low, top uint64, signed bool) uint64 {
	span := top - low
	roll := d.random.Uint64()
	how, roll := roll&15, roll>>4
	if span < wideFrom {
		switch how {
		case 0:
			return low
		case 1:
			return top
		case 2:
			return d.near(d.operand(roll), low, span, roll>>32)
		}
		if d.favour != 0 && how&1 == 1 {
			return d.favourite(low, span)
		}
		if d.least {
			return low + lesser(roll, span)
		}
		return low + roll%(span+1)
	}
	if d.style != mixed {
		how = uint64(d.style)
	}
	v := d.wide(how, roll, low, top, signed)
	d.earlier[d.count%earlierMax] = v
	d.count++
	return v
}

// wide chooses from a wide range: drawn uniformly, it would never meet a boundary.
func (d *dice) wide(how, roll, low, top uint64, signed bool) uint64 {
	span := top - low
	switch how {
	case 0:
		return low
	case 1:
		return top
	case 2, 3: // powers of two, of either sign
		v := uint64(1) << (roll >> 8 & 63)
		if signed && roll>>16&1 == 1 {
			v = -v
		}
		return d.near(v, low, span, roll>>32)
	case 4, 5, 6:
		return d.near(d.earlier[roll>>8%earlierMax], low, span, roll>>32)
	case 7, 8:
		return d.near(d.operand(roll>>8), low, span, roll>>32)
	case 9: // so far from what was compared as something else was
		return d.near(d.operand(roll>>8)-d.operand(roll>>20), low, span, roll>>40)
	case 10:
		if len(probe.Numbers) > 0 {
			return d.near(probe.Numbers[roll>>8%uint64(len(probe.Numbers))], low, span, roll>>32)
		}
	case simple: // of either sign
		v := roll >> 8 & 63
		if signed && roll>>16&1 == 1 {
			v = -v
		}
		return d.near(v, low, span, roll>>32)
	}
	if span+1 == 0 {
		return d.random.Uint64()
	}
	return low + d.random.Uint64()%(span+1)
}

func (d *dice) operand(roll uint64) uint64 {
	if d.seen == 0 {
		return roll & 15
	}
	return d.operands[roll%uint64(min(d.seen, operandsMax))]
}

// near is v or a neighbour, brought into the range if it is not in it.
func (d *dice) near(v, low, span, roll uint64) uint64 {
	if roll&3 == 0 {
		v += roll>>2%5 - 2
	}
	if v-low > span {
		if span+1 == 0 {
			return v
		}
		return low + (v-low)%(span+1)
	}
	return v
}

// Text implements [battle.Dice].
func (d *dice) Text(low, top int) []byte {
	d.text = d.text[:0]
	switch how := d.below(8); {
	case how < 2 && len(d.texts) > 0:
		d.text = append(d.text, d.texts[d.below(len(d.texts))]...)
	case how == 2 && len(probe.Texts) > 0:
		d.text = append(d.text, probe.Texts[d.below(len(probe.Texts))]...)
	default:
		size := int(d.Number(uint64(low), uint64(top), false))
		for len(d.text) < size {
			d.text = append(d.text, byte(d.random.Uint64()))
		}
	}
	for len(d.text) < low {
		d.text = append(d.text, 0)
	}
	return d.text[:min(len(d.text), top)]
}

// learn takes in what the code compared in a run.
func (d *dice) learn(numbers []probe.Comparison, texts []probe.Text) {
	for _, c := range numbers {
		if c.A == c.B {
			continue
		}
		for _, v := range [...]uint64{c.A, c.B} {
			if v >= small && v != d.operands[(d.seen-1)&(operandsMax-1)] {
				d.operands[d.seen&(operandsMax-1)] = v
				d.seen++
			}
		}
	}
	for _, t := range texts {
		for _, text := range [...]string{t.A, t.B} {
			if len(d.texts) < textsMax {
				d.texts = append(d.texts, text)
			} else {
				d.texts[d.below(textsMax)] = text
			}
		}
	}
}
