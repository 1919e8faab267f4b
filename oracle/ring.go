package oracle

import "math"

// Ring is the model of the tip ring: every byte that was ever appended, and the rule
// of which of them may still be read.
type Ring struct {
	Base     uint64
	Capacity uint64
	Bytes    []byte // the stream from Base on
}

// What a ring can say to a question.
const (
	Nothing = "nothing yet"
	Data    = "data"
	TooOld  = "too old"
	Future  = "future"
)

// Tail is the offset of the next byte to come.
func (r *Ring) Tail() uint64 { return r.Base + uint64(len(r.Bytes)) }

// First is the offset of the oldest byte that a ring of this capacity retains.
func (r *Ring) First() uint64 {
	if lost := len(r.Bytes) - int(r.Capacity); lost > 0 {
		return r.Base + uint64(lost)
	}
	return r.Base
}

// Append adds to the stream, unless its length would pass the last offset.
func (r *Ring) Append(p []byte) (ok bool) {
	if uint64(len(p)) > math.MaxUint64-r.Tail() {
		return false
	}
	r.Bytes = append(r.Bytes, p...)
	return true
}

// Read says what a question for n bytes at off must be answered with.
func (r *Ring) Read(off uint64, n int) (verdict string, data []byte) {
	switch {
	case off < r.First():
		return TooOld, nil
	case off > r.Tail():
		return Future, nil
	case off == r.Tail():
		return Nothing, nil
	}
	rest := r.Bytes[off-r.Base:]
	return Data, rest[:min(n, len(rest))]
}
