package battle

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
)

// A recorder keeps the tape of the present run where it outlives the process: a
// fatal error of the runtime, os.Exit or the kernel's out-of-memory killer leave no
// chance to write anything down. A nil recorder records nothing.
//
// Its file is, with numbers of 4 bytes, little-endian:
//
//	the tape's length, the place of its past or 0, the tape
//	from bookAt on, for each past: the place of the one before or 0, its length, its updates
//
// A place is an offset in the file. A past is written once, when a state is saved, and a
// run that is resumed from it only names it.
type recorder struct {
	memory []byte // the file, mapped
	end    int    // of the pasts
	shift  int    // bytes of a past that had no place, and stand before the tape's updates
}

const (
	recorderHead = 8
	bookAt       = 1 << 20
	recorderSize = 16 << 20 // the file has holes: what is never written takes no room
)

func newRecorder(dir string) (*recorder, error) {
	dir = filepath.Join(dir, "recorder")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(dir, fmt.Sprint(os.Getpid())), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if err := file.Truncate(recorderSize); err != nil {
		return nil, err
	}
	memory, err := mapFile(file, recorderSize)
	if err != nil {
		return nil, fmt.Errorf("mapping %s: %w", file.Name(), err)
	}
	return &recorder{memory: memory, end: bookAt}, nil
}

// put replaces the recorded tape, by one without a past. A tape that does not fit is cut
// short.
func (r *recorder) put(tape []byte) { r.open(0, 0, tape) }

// resume replaces the recorded tape by one that has a past.
func (r *recorder) resume(p *past, tape []byte) {
	if p == nil || p.place != 0 {
		place := uint32(0)
		if p != nil {
			place = p.place
		}
		r.open(place, 0, tape)
		return
	}
	whole := p.tape(tape)
	r.open(0, len(whole)-len(tape), whole)
}

func (r *recorder) open(place uint32, shift int, tape []byte) {
	if r == nil || r.memory == nil {
		return
	}
	r.shift = shift
	n := copy(r.memory[recorderHead:bookAt], tape)
	binary.LittleEndian.PutUint32(r.memory[4:], place)
	binary.LittleEndian.PutUint32(r.memory, uint32(n))
}

// extend records what was added to a tape that is recorded already.
func (r *recorder) extend(tape []byte, from int) {
	if r == nil || r.memory == nil || recorderHead+r.shift+from > bookAt {
		return
	}
	n := copy(r.memory[recorderHead+r.shift+from:bookAt], tape[from:])
	binary.LittleEndian.PutUint32(r.memory, uint32(r.shift+from+n))
}

// keep records a past, and returns its place, or 0 if there is no room for it.
func (r *recorder) keep(p *past) (place uint32) {
	if r == nil || r.memory == nil || p.before != nil && p.before.place == 0 || r.end+8+len(p.updates) > len(r.memory) {
		return 0
	}
	at := r.memory[r.end:]
	before := uint32(0)
	if p.before != nil {
		before = p.before.place
	}
	binary.LittleEndian.PutUint32(at, before)
	binary.LittleEndian.PutUint32(at[4:], uint32(len(p.updates)))
	copy(at[8:], p.updates)
	place = uint32(r.end)
	r.end += 8 + len(p.updates)
	return place
}

// ReadRecorder reads the tape that a process was running when it ended.
func ReadRecorder(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(content) < recorderHead {
		return nil, fmt.Errorf("%s: %d bytes, want two numbers of 4 bytes and a tape", path, len(content))
	}
	number := func(at int) uint32 { return binary.LittleEndian.Uint32(content[at:]) }
	n := number(0)
	if int64(n) > int64(len(content)-recorderHead) {
		return nil, fmt.Errorf("%s: a tape of %d bytes in a file of %d", path, n, len(content))
	}
	tape := content[recorderHead : recorderHead+n]
	if n < headerSize && number(4) != 0 {
		return nil, fmt.Errorf("%s: a tape of %d bytes that has a past, want its header of %d at least", path, n, headerSize)
	}
	var p *past
	for end, to, place := int64(len(content)), &p, number(4); place != 0; place = number(int(place)) {
		at := int64(place)
		// Each past lies before those that name it: a damaged file can't lead in a circle.
		if at+8 > end || at+8+int64(number(int(at)+4)) > end {
			return nil, fmt.Errorf("%s: a past at offset %d that does not end by %d", path, at, end)
		}
		*to = &past{updates: content[at+8 : at+8+int64(number(int(at)+4))]}
		to, end = &(*to).before, at
	}
	return p.tape(tape), nil
}
