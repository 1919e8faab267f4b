package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// writeOverlay writes what go build -overlay reads, so that files by their full paths
// have other contents than on disk. It puts all that into a new folder in temp.
func writeOverlay(temp string, files map[string][]byte) (path string, err error) {
	dir, err := os.MkdirTemp(temp, "overlay-")
	if err != nil {
		return "", err
	}
	replace := make(map[string]string)
	for original, content := range files {
		replacement := filepath.Join(dir, fmt.Sprintf("%d-%s", len(replace), filepath.Base(original)))
		if err := os.WriteFile(replacement, content, 0o644); err != nil {
			return "", err
		}
		replace[original] = replacement
	}
	document, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, document, 0o644)
}
