//go:build unix

package battle

import (
	"os"
	"syscall"
)

// mapFile maps a file, so that recording costs a copy in memory and no system call.
func mapFile(file *os.File, size int) ([]byte, error) {
	return syscall.Mmap(int(file.Fd()), 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
}
