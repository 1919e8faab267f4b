// Package lock lets one process have a folder at a time. The system takes the lock back when
// the process dies, whatever it dies of: there is nothing left over to be removed by hand.
package lock

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrHeld is the error of a folder that another process has.
var ErrHeld = errors.New("another process has it")

// A Lock is a process's hold of a folder.
type Lock struct{ file *os.File }

// Take takes a folder, which it makes if there is none. The error wraps [ErrHeld] if another
// process has it.
func Take(dir string) (*Lock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	file, err := open(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, fmt.Errorf("the folder %s: %w", dir, err)
	}
	return &Lock{file}, nil
}

// Release gives the folder back. Its file stays, for whoever waits for it has it open.
func (l *Lock) Release() { l.file.Close() }
