package explore

import "battle.test/battle"

// headerSize is what stands on a tape before its updates. Of zeros, it leaves out nothing.
const headerSize = 2

// A Mutator changes tapes by whole updates and by fields, for engines that keep tapes and
// choose among them by themselves, such as libFuzzer. It draws updates as the explorer does.
// What is not asked for in so many updates, bytes are better at: to meet an operand of a
// comparison, such engines put it where it fits.
type Mutator struct {
	composer *composer
	a, b     burst // tapes cut into updates
	tape     []byte
}

// NewMutator makes a mutator for the hunt's target.
func NewMutator(h *battle.Hunt) *Mutator {
	return &Mutator{composer: newComposer(h, newDice(h.Seed()))}
}

// Mutate returns another tape that is like the given one, of most bytes at most. It is the
// mutator's, until the next call. The same calls return the same tapes.
func (m *Mutator) Mutate(tape []byte, most int, seed uint64) []byte {
	c := m.begin(seed)
	m.a.cut(c.hunt, tape)
	for n := 1 + c.dice.below(4); ; n-- {
		m.change()
		if n <= 1 {
			return m.whole(&m.b, most)
		}
		m.a, m.b = m.b, m.a
	}
}

// Cross returns a tape that begins as one and ends as the other, of most bytes at most. It
// is the mutator's, until the next call.
func (m *Mutator) Cross(one, other []byte, most int, seed uint64) []byte {
	c := m.begin(seed)
	m.a.cut(c.hunt, one)
	m.b.cut(c.hunt, other)
	head := c.dice.below(len(m.a.ends) + 1)
	tail := c.dice.below(len(m.b.ends) + 1)
	m.a.shorten(head)
	m.a.add(&m.b, tail, len(m.b.ends))
	return m.whole(&m.a, most)
}

func (m *Mutator) begin(seed uint64) *composer {
	c := m.composer
	c.dice.random.Seed(seed, seedStream)
	c.dice.throw()
	return c
}

// change makes b of a, with one thing different.
func (m *Mutator) change() {
	c, n := m.composer, len(m.a.ends)
	from, to := n, n // what is changed
	if n > 0 {
		from = c.dice.below(n)
		to = min(n, from+1+c.dice.below(1<<c.dice.below(6)))
	}
	m.b.reset()
	m.b.add(&m.a, 0, from)
	switch how := c.dice.below(16); {
	case how < 6 && n > 0: // a field of an update
		update := at(m.a.updates, m.a.ends, from)
		if fields := c.hunt.Fields(c.hunt.Kind(update)); fields > 0 {
			m.b.updates = c.hunt.Reroll(m.b.updates, update, c.dice.below(fields), c.dice)
			m.b.done()
		}
		from++
	case how < 8: // less
		from = to
	case how == 8: // once more
		m.b.add(&m.a, from, to)
	case how == 9: // nothing after it
		m.b.add(&m.a, from, to)
		from = n
	case how == 10: // others
		m.compose()
		from = to
	default: // more, most often at the end, where nothing has relied on what was there
		if c.dice.below(2) == 0 {
			m.b.add(&m.a, from, n)
			from = n
		}
		m.compose()
	}
	m.b.add(&m.a, min(from, n), n)
}

// compose adds updates to b that are drawn anew.
func (m *Mutator) compose() {
	c := m.composer
	c.burst.reset()
	switch n := c.length(false); c.dice.below(8) {
	case 0:
		c.repeat(n)
	case 1, 2:
		c.persist(n)
	default:
		c.fresh(n)
	}
	m.b.add(&c.burst, 0, len(c.burst.ends))
}

// whole is the tape of updates, without the last of them if they are too long.
func (m *Mutator) whole(b *burst, most int) []byte {
	n := len(b.ends)
	for n > 0 && headerSize+int(b.ends[n-1]) > most {
		n--
	}
	b.shorten(n)
	m.tape = append(append(m.tape[:0], 0, 0), b.updates...)
	return m.tape
}

// cut makes the burst the updates of a tape.
func (b *burst) cut(h *battle.Hunt, tape []byte) {
	b.updates, b.ends = h.Cut(b.updates[:0], b.ends[:0], tape)
}

// shorten leaves the first n updates.
func (b *burst) shorten(n int) {
	end := int32(0)
	if n > 0 {
		end = b.ends[n-1]
	}
	b.updates, b.ends = b.updates[:end], b.ends[:n]
}

// add appends the updates of another burst from one to before another.
func (b *burst) add(o *burst, from, to int) {
	for i := from; i < to; i++ {
		b.updates = append(b.updates, at(o.updates, o.ends, i)...)
		b.done()
	}
}
