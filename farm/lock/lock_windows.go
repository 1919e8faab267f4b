package lock

import (
	"errors"
	"os"
	"syscall"
)

// sharingViolation is what Windows says of a file that another process has for itself.
const sharingViolation = syscall.Errno(32)

func open(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	handle, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	switch {
	case errors.Is(err, sharingViolation):
		return nil, ErrHeld
	case err != nil:
		return nil, err
	}
	return os.NewFile(uintptr(handle), path), nil
}
