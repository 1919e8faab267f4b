package main

import (
	"fmt"
	"strconv"
	"strings"
)

// goCorpusHeader is the first line of the files that go test -fuzz reads and writes.
const goCorpusHeader = "go test fuzz v1"

// parseGoCorpus reads a file of Go's corpus format with one []byte in it.
func parseGoCorpus(path string, content []byte) ([]byte, error) {
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	if strings.TrimSpace(lines[0]) != goCorpusHeader {
		return nil, fmt.Errorf("%s:1: got %.40q, want %q", path, lines[0], goCorpusHeader)
	}
	if len(lines) != 2 {
		return nil, fmt.Errorf("%s: %d values, want one []byte", path, len(lines)-1)
	}
	value := strings.TrimSpace(lines[1])
	quoted, ok := strings.CutPrefix(value, "[]byte(")
	quoted, closed := strings.CutSuffix(quoted, ")")
	if !ok || !closed {
		return nil, fmt.Errorf("%s:2: got %.40q, want []byte(\"…\")", path, value)
	}
	text, err := strconv.Unquote(quoted)
	if err != nil {
		return nil, fmt.Errorf("%s:2: %.40q is not a Go string", path, quoted)
	}
	return []byte(text), nil
}

// formatGoCorpus is the inverse.
func formatGoCorpus(tape []byte) []byte {
	return fmt.Appendf(nil, "%s\n[]byte(%q)\n", goCorpusHeader, tape)
}
