//go:build !darwin && !freebsd && !linux && !netbsd && !openbsd && !windows

package lock

import "os"

// open locks nothing: these systems have no lock that goes with the process by itself.
func open(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
}
