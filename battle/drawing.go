package battle

import (
	"hash/fnv"

	"pgregory.net/rapid"
)

// A drawing is one run that rapid draws field by field. It decides what rapid's own
// generators leave to chance, or to a bias of theirs:
//
//   - Half of the runs are a swarm: each kind is left out of them with probability 1/2.
//   - Numbers of wide ranges are often near limits, powers of two or earlier ones.
//     Drawn uniformly, or near zero, they never meet a boundary.
type drawing struct {
	*rapid.T
	mask    uint16  // of the swarm
	kinds   []*kind // those that take part, each as often as its weight
	index   *rapid.Generator[int]
	turn    int // of the kinds
	earlier [earlierMax]uint64
	count   int // of wide numbers drawn
}

const (
	earlierMax = 8
	// wideFrom is the width on the tape from which on a number's range is wide.
	wideFrom = 2
)

// drawing begins a run, without a swarm if all is set.
func (p *plan) drawing(t *rapid.T, all bool) *drawing {
	d := &drawing{T: t}
	if !all && d.coin("swarm") {
		for i := range min(swarmBits, len(p.kinds)) {
			if d.coin("left out") {
				d.mask |= 1 << i
			}
		}
	}
	for _, k := range taking(p.kinds, d.mask) {
		for range k.weight {
			d.kinds = append(d.kinds, k)
		}
	}
	d.index = rapid.IntRange(0, len(d.kinds)-1)
	for range 8 {
		d.turn <<= 1
		if d.coin("turn") {
			d.turn++
		}
	}
	return d
}

var coin = rapid.Bool()

func (d *drawing) coin(label string) bool { return coin.Draw(d.T, label) }

// kind chooses the next update. Rapid prefers small indices: that would favour the
// kinds declared first in every run, so each run begins at another place of the list.
func (d *drawing) kind() *kind {
	return d.kinds[(d.index.Draw(d.T, "update")+d.turn)%len(d.kinds)]
}

var (
	bias    = rapid.IntRange(0, 7)
	nearby  = rapid.IntRange(-2, 2)
	power   = rapid.IntRange(0, 63)
	already = rapid.IntRange(0, earlierMax-1)
)

// wide draws a number of a wide range.
func (d *drawing) wide(n *numberNode, label string) uint64 {
	var v uint64
	switch bias.Draw(d.T, label+" bias") {
	case 0, 1, 2, 3, 4:
		v = n.random(d.T, label) // rapid sees to the limits
	case 5:
		v = 1 << power.Draw(d.T, label+" power")
		if n.signed && d.coin(label+" negative") {
			v = -v
		}
	default:
		v = d.earlier[already.Draw(d.T, label+" earlier")]
	}
	if near := v + uint64(nearby.Draw(d.T, label+" nearby")); n.holds(near) {
		v = near
	}
	if !n.holds(v) {
		v = n.random(d.T, label)
	}
	d.earlier[d.count%earlierMax] = v
	d.count++
	return v
}

// startingTapes are what byte mutators start from beside the corpus: a few runs as
// rapid draws them, so that the first tapes have all kinds of update in them, in the
// numbers that are worth trying, and some leave kinds out. Equal seeds give equal tapes.
func (p *plan) startingTapes(seed uint64) [][]byte {
	hash := fnv.New64a()
	hash.Write([]byte(p.name))
	var all [][]byte
	for i, updates := range []int{25, 50, 100, 25, 50, 100} {
		one := rapid.Custom(func(t *rapid.T) []byte { return p.randomTape(t, updates, i < 3) })
		all = append(all, one.Example(int(hash.Sum64()+seed<<8)+i))
	}
	return all
}

func (p *plan) randomTape(t *rapid.T, updates int, all bool) []byte {
	d := p.drawing(t, all)
	table := newSelector(p.kinds, d.mask)
	var w Writer
	w.Uint(uint64(d.mask), headerSize)
	for range updates {
		one := newStep(d.kind())
		one.kind.root.draw(d, one.kind.name, one.p)
		if err := one.encode(&w, &table); err != nil {
			panic("battle: rapid drew a value out of range: " + err.Error())
		}
	}
	return w.tape
}
