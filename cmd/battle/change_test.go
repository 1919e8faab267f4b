package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The tests of fuzz import ring and a package with files embedded.
func TestChangedFilesTouchWhatIsBuiltFromThem(t *testing.T) {
	root := t.TempDir()
	at := func(path string) string { return filepath.Join(root, filepath.FromSlash(path)) }
	tests := reach{
		at("m/fuzz"):   {own: true, embeds: []string{"golden/*.txt"}},
		at("m/ring"):   {},
		at("m/corpus"): {embeds: []string{"all:ring", "*.md"}},
	}
	for file, want := range map[string]bool{
		"m/ring/ring.go":                 true,
		"m/ring/copy_amd64.s":            true,
		"m/ring/ring_test.go":            false, // of another package
		"m/ring/README.md":               false,
		"m/ring/testdata/x":              false,
		"m/ring/inner/inner.go":          false, // a package that nothing imports
		"m/ringing/ring.go":              false,
		"m/fuzz/ring.go":                 true,
		"m/fuzz/ring_test.go":            true,
		"m/fuzz/testdata/fuzz/FuzzX/1":   true,
		"m/fuzz/golden/a.txt":            true,
		"m/fuzz/golden/a.bin":            false,
		"m/corpus/ring/seeds/a.trace":    true,
		"m/corpus/tip/seeds/a.trace":     false,
		"m/corpus/README.md":             true,
		"m/go.mod":                       true,
		"m/go.sum":                       true,
		"go.work":                        true,
		"m/tools/go.mod":                 false,
		"m/ring/go.mod":                  true,
		"m/Makefile":                     false,
		"m/other/other.go":               false,
		"elsewhere/ring/ring.go":         false,
		"m/fuzz/golden/deeper/still.txt": false,
	} {
		require.Equal(t, want, tests.touches(at(file)), file)
	}
}
