//go:build linux || darwin

package vitals

import "syscall"

// diskFree is the room on the disk of a folder, for who is not root.
func diskFree(dir string) (bytes uint64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true
}
