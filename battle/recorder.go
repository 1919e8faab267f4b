package battle

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
)

// A recorder keeps the tape of the present run where it outlives the process: a
// fatal error of the runtime, os.Exit or the kernel's out-of-memory killer leave no
// chance to write anything down. Its file is 4 bytes of length, little-endian, then
// the tape. A nil recorder records nothing.
type recorder struct {
	memory []byte // the file, mapped
}

const recorderSize = 1 << 20

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
	return &recorder{memory}, nil
}

// put replaces the recorded tape. A tape that does not fit is cut short.
func (r *recorder) put(tape []byte) {
	if r == nil || r.memory == nil {
		return
	}
	n := copy(r.memory[4:], tape)
	binary.LittleEndian.PutUint32(r.memory, uint32(n))
}

// extend records what was added to a tape that is recorded already.
func (r *recorder) extend(tape []byte, from int) {
	if r == nil || r.memory == nil || from+4 > len(r.memory) {
		return
	}
	n := copy(r.memory[4+from:], tape[from:])
	binary.LittleEndian.PutUint32(r.memory, uint32(from+n))
}

// ReadRecorder reads the tape that a process was running when it ended.
func ReadRecorder(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(content) < 4 {
		return nil, fmt.Errorf("%s: %d bytes, want a length of 4 bytes and a tape", path, len(content))
	}
	n := binary.LittleEndian.Uint32(content)
	if int64(n) > int64(len(content)-4) {
		return nil, fmt.Errorf("%s: a tape of %d bytes in a file of %d", path, n, len(content))
	}
	return content[4 : 4+n], nil
}
