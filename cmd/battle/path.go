package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// from reads a path of the command line as seen from the folder that the command runs
// in.
func from(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// shown is a path as messages name it: as seen from where the user is, if it lies below
// that folder, else in full. It opens the same file, so that errors of the system name it
// alike. Programs that run elsewhere need the full one.
func shown(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	relative, err := filepath.Rel(here, path)
	if err != nil || !filepath.IsLocal(relative) {
		return path
	}
	return relative
}

// writeOut writes a file that the user asked for, with the folder that it is to be in, and says so.
func writeOut(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "written:", shown(path))
	return nil
}
