package byhand

import (
	"encoding/binary"
	"math"
)

// Run reads updates from bytes, and panics at the first difference. Past the end it reads
// zeros, so that every byte string is a legal run.
func Run(data []byte) { newPair().run(data) }

func (p *pair) run(data []byte) {
	for t := tape(data); len(t) > 0; p.check() {
		p.update(&t)
	}
}

// update makes one update: a byte says which, and those that follow are its arguments. What
// is done most has two numbers.
func (p *pair) update(t *tape) {
	switch t.below(13) {
	case 0, 1:
		p.append(t.below(121))
	case 2, 3:
		p.copy(t.near(p), t.below(81))
	case 4:
		p.readAt(t.near(p), t.below(81))
	case 5:
		p.readAt(t.word(), t.below(81)) // anywhere
	case 6:
		p.copy(p.at(t.below(3), int64(int16(t.half()))), int(t.half())%4001)
	case 7:
		p.view(t.below(len(p.views)), t.near(p), t.below(81))
	case 8:
		p.release(t.below(len(p.views)))
	case 9:
		p.wait(t.near(p))
	case 10:
		p.append(int(t.half()) % 2001) // more than most rings hold
	case 11:
		base := uint64(t.half())
		if t.below(2) == 1 {
			base = math.MaxUint64 - base // from the last offset down
		}
		p.restart(base, 1+int(t.half())%4096)
	case 12:
		p.reattach()
	}
}

// A tape is what is left of the bytes.
type tape []byte

func (t *tape) byte() byte {
	if len(*t) == 0 {
		return 0
	}
	b := (*t)[0]
	*t = (*t)[1:]
	return b
}

func (t *tape) below(n int) int { return int(t.byte()) % n }

func (t *tape) half() uint16 { return uint16(t.byte()) | uint16(t.byte())<<8 }

func (t *tape) word() uint64 {
	var b [8]byte
	*t = (*t)[copy(b[:], *t):]
	return binary.LittleEndian.Uint64(b[:])
}

// near is an offset at most 128 bytes from base, first or tail.
func (t *tape) near(p *pair) uint64 { return p.at(t.below(3), int64(int8(t.byte()))) }
