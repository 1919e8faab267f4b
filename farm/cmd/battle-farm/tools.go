package main

import (
	"os"
	"path/filepath"
)

// tools are the folders that make tools writes to, of the module in a folder and of those around
// it, where battle finds them, too. The trees that are hunted in have no such folder: a build is
// what git knows, and an engine would be missing there that the checkout has.
func tools(dir string) (all []string) {
	for inner := ""; dir != inner; dir, inner = filepath.Dir(dir), dir {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			all = append(all, filepath.Join(dir, "bin"))
		}
	}
	return all
}
