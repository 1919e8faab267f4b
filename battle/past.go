package battle

import "slices"

// A State is a moment of a run that can be gone back to, from [Hunt.Save]: a copy of the
// subject, and how the run came there. It stays good for any number of times.
type State struct {
	clone  any
	past   *past
	moment int
	labels uint64
}

// A past is the updates that a run had before it was resumed: those since an earlier
// past, and that. The states of a long run share most of theirs, and going back to one
// costs the same however far on in the run it is: nobody reads a past unless the run
// fails.
type past struct {
	before  *past
	updates []byte
	place   uint32 // in the recorder, or 0 if there is no room for it
}

// tape is the whole tape of a run: now is that since it was resumed.
func (p *past) tape(now []byte) []byte {
	if p == nil {
		return now
	}
	path := [][]byte{now[headerSize:]}
	for ; p != nil; p = p.before {
		path = append(path, p.updates)
	}
	slices.Reverse(path)
	return slices.Concat(append([][]byte{now[:headerSize]}, path...)...)
}
