package main

import (
	"fmt"
	"strings"
)

// An excerpt is some lines of a source in a row, with those marked that never ran.
type excerpt struct{ Lines []sourceLine }

type sourceLine struct {
	Number int
	Text   string
	Never  bool
}

// A span is the lines of a block, from 1.
type span struct{ first, last int }

// The bounds of what a page shows of the sources.
const (
	excerptMargin  = 2 // lines before and after
	excerptLineMax = 160
	excerptsMax    = 4000 // lines of a page
)

// excerpts shows the blocks that never ran among their neighbours, in at most room lines.
// left is how many of the blocks had no room.
func excerpts(lines []string, never []span, room int) (shown []excerpt, left int) {
	marked := make([]bool, len(lines)+1)
	near := make([]bool, len(lines)+1)
	for i, s := range never {
		if s.last > len(lines) || s.first < 1 {
			left++ // the file is another by now
			continue
		}
		from, to := max(1, s.first-excerptMargin), min(len(lines), s.last+excerptMargin)
		for n := from; n <= to; n++ {
			if !near[n] {
				room--
			}
		}
		if room < 0 {
			left += len(never) - i
			break
		}
		for n := from; n <= to; n++ {
			near[n] = true
		}
		for n := s.first; n <= s.last; n++ {
			marked[n] = marked[n] || !onlyBorder(lines[n-1], n, s)
		}
	}
	for n := 1; n <= len(lines); n++ {
		if !near[n] {
			continue
		}
		if !near[n-1] {
			shown = append(shown, excerpt{})
		}
		last := &shown[len(shown)-1]
		text := strings.ReplaceAll(strings.TrimRight(lines[n-1], " \t\r"), "\t", "    ")
		last.Lines = append(last.Lines, sourceLine{n, cut(text, excerptLineMax), marked[n]})
	}
	return shown, left
}

// onlyBorder tells the line of an if or a for, which did run, and a closing brace from
// the lines of a block between them.
func onlyBorder(line string, number int, s span) bool {
	line = strings.TrimSpace(line)
	return number == s.first && number < s.last && strings.HasSuffix(line, "{") || strings.HasPrefix(line, "}") || line == ""
}

// parseUnreached reads file:line-line, as the explorer writes it.
func parseUnreached(text string) (file string, s span, err error) {
	colon := strings.LastIndexByte(text, ':')
	if colon < 0 {
		return "", s, fmt.Errorf("%q: want file:line-line", text)
	}
	_, err = fmt.Sscanf(text[colon+1:], "%d-%d", &s.first, &s.last)
	return text[:colon], s, err
}
