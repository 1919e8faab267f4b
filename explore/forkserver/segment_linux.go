//go:build amd64 || arm64

package forkserver

import (
	"encoding/binary"
	"syscall"
	"unsafe"
)

// attachSegment maps a segment of System V shared memory, all of it.
func attachSegment(id int) ([]byte, error) {
	// The kernel's struct shmid64_ds, of which the size is all that matters.
	const (
		statCommand = 2
		statSize    = 112
		sizeAt      = 48
	)
	var stat [statSize]byte
	if _, _, e := syscall.Syscall(syscall.SYS_SHMCTL, uintptr(id), statCommand, uintptr(unsafe.Pointer(&stat))); e != 0 {
		return nil, e
	}
	address, _, e := syscall.Syscall(syscall.SYS_SHMAT, uintptr(id), 0, 0)
	if e != 0 {
		return nil, e
	}
	// Memory that Go does not manage, and that stays until the process ends.
	start := *(*unsafe.Pointer)(unsafe.Pointer(&address))
	return unsafe.Slice((*byte)(start), binary.NativeEndian.Uint64(stat[sizeAt:])), nil
}
