//go:build amd64 || arm64

package forkserver

import (
	"os"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// A turn is the one word that server and worker share: the number of the worker's present
// run, and its phase. The worker opens and closes runs. The server looks at the word now and
// then; a run that it has seen twice it announces to the client.
type turn struct{ word *atomic.Uint64 }

// The phases of a run. A word of zero is a worker that has not got ready yet.
const (
	closed     = iota // and answered
	open              // the client knows nothing of it
	announcing        // the server is writing the worker's pid
	announced         // the client has it
	phases
)

// left is the word of a worker that ends because its client did.
const left = ^uint64(0)

// newTurn makes the word, in a file without a name, which another process maps, too.
func newTurn() (*turn, *os.File, error) {
	file, err := os.CreateTemp("", "battle-turn-")
	if err != nil {
		return nil, nil, err
	}
	if err = os.Remove(file.Name()); err == nil {
		err = file.Truncate(wordSize)
	}
	if err != nil {
		return nil, nil, err
	}
	t, err := mapTurn(int(file.Fd()))
	return t, file, err
}

const wordSize = 8

func mapTurn(fd int) (*turn, error) {
	memory, err := syscall.Mmap(fd, 0, wordSize, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	return &turn{(*atomic.Uint64)(unsafe.Pointer(&memory[0]))}, nil
}

func phase(word uint64) uint64 { return word % phases }

// The worker's side.

func (t *turn) ready() { t.word.Store(phases) } // the first run is still to come: number 1 is closed
func (t *turn) leave() { t.word.Store(left) }

// open begins a run.
func (t *turn) open() { t.word.Store(t.word.Load() + phases + open) }

// close ends a run. It tells whether the client has the worker's pid.
func (t *turn) close() (known bool) {
	word := t.word.Load()
	if phase(word) == open && t.word.CompareAndSwap(word, word-open+closed) {
		return false
	}
	for word = t.word.Load(); phase(word) != announced; word = t.word.Load() {
		// The server is about to write four bytes, and may wait for this core.
		_, _, _ = syscall.Syscall(syscall.SYS_SCHED_YIELD, 0, 0, 0)
	}
	t.word.Store(word - announced + closed)
	return true
}

// The server's side.

// claim makes the server the one to announce the run of a word, unless it has ended.
func (t *turn) claim(word uint64) bool {
	return phase(word) == open && t.word.CompareAndSwap(word, word-open+announcing)
}

// announced ends that: the pid is written.
func (t *turn) announced() { t.word.Store(t.word.Load() - announcing + announced) }
