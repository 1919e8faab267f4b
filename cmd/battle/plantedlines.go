package main

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"

	"battle.test/explore"
)

// changes are the lines of a planted bug, where they may be among the telling ones.
type changes struct {
	Bug   string        `json:"bug"`
	Spans []changedSpan `json:"lines"`
}

// A changedSpan is lines in a row that the bug has changed.
type changedSpan struct {
	File string `json:"file"` // package path and file name
	Line int    `json:"line"`
	Last int    `json:"last"`
}

// changes are those of the bug that is planted, or nil.
func (w *workshop) changes() *changes {
	if w.planted == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	found := &changes{Bug: w.planted.name}
	for _, file := range slices.Sorted(maps.Keys(w.planted.lines)) {
		for pkg, dir := range w.dirs {
			if dir != filepath.Dir(file) {
				continue
			}
			name := path.Join(pkg, filepath.Base(file))
			for _, n := range w.planted.lines[file] {
				if last := len(found.Spans) - 1; last >= 0 && found.Spans[last].File == name && found.Spans[last].Last == n-1 {
					found.Spans[last].Last = n
				} else {
					found.Spans = append(found.Spans, changedSpan{name, n, n})
				}
			}
		}
	}
	return found
}

// in is the first line of a block that the bug has changed, or 0.
func (c *changes) in(block explore.Line) int {
	if c == nil {
		return 0
	}
	for _, s := range c.Spans {
		if s.File == block.File && s.Line <= block.Last && s.Last >= block.Line {
			return max(s.Line, block.Line)
		}
	}
	return 0
}

// untold are the lines of the bug that are in none of the blocks.
func (c *changes) untold(blocks []explore.Line) (left []string) {
	if c == nil {
		return nil
	}
	for _, s := range c.Spans {
		tells := func(b explore.Line) bool { return s.File == b.File && s.Line <= b.Last && s.Last >= b.Line }
		switch {
		case slices.ContainsFunc(blocks, tells):
		case s.Line == s.Last:
			left = append(left, fmt.Sprintf("%s:%d", s.File, s.Line))
		default:
			left = append(left, fmt.Sprintf("%s:%d-%d", s.File, s.Line, s.Last))
		}
	}
	return left
}
