//go:build !unix

package battle

import "os"

// mapFile maps nothing: without mmap in the standard library, a tape that kills its
// process is not recorded on this system.
func mapFile(*os.File, int) ([]byte, error) { return nil, nil }
