package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// goCorpusHeader is the first line of the files that go test -fuzz reads and writes.
const goCorpusHeader = "go test fuzz v1"

// parseGoCorpus reads a file of Go's corpus format with one []byte in it.
func parseGoCorpus(path string, content []byte) ([]byte, error) {
	if i := bytes.IndexByte(content, '\r'); i >= 0 {
		return nil, fmt.Errorf("%s:%d: a carriage return: its lines must end in LF alone", path, 1+bytes.Count(content[:i], []byte("\n")))
	}
	header, rest, _ := strings.Cut(string(content), "\n")
	if header != goCorpusHeader {
		return nil, fmt.Errorf("%s:1: got %.40q, want %q", path, header, goCorpusHeader)
	}
	var tape []byte
	for i, line := range strings.Split(rest, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if tape != nil {
			return nil, fmt.Errorf("%s:%d: a second value, want one []byte alone", path, i+2)
		}
		var err error
		if tape, err = parseBytes(line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, i+2, err)
		}
	}
	if tape == nil {
		return nil, fmt.Errorf("%s:2: the file ends, want []byte(\"…\")", path)
	}
	return tape, nil
}

// parseBytes reads []byte("…").
func parseBytes(value string) ([]byte, error) {
	quoted, ok := strings.CutPrefix(value, "[]byte(")
	quoted, closed := strings.CutSuffix(quoted, ")")
	if !ok || !closed {
		return nil, fmt.Errorf("got %.40q, want []byte(\"…\")", value)
	}
	if strings.HasPrefix(quoted, "'") {
		return nil, fmt.Errorf("%.40q is a rune, want a string", quoted)
	}
	text, err := strconv.Unquote(quoted)
	if err != nil {
		return nil, fmt.Errorf("%.40q is not a Go string", quoted)
	}
	return []byte(text), nil
}

// formatGoCorpus is the inverse.
func formatGoCorpus(tape []byte) []byte {
	return fmt.Appendf(nil, "%s\n[]byte(%q)\n", goCorpusHeader, tape)
}
