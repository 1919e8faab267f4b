package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"battle.test/explore"
)

// Sources are quoted where a report names lines of them. It names files by package path,
// as probe.Block does.

// pathOf is where a source is on disk, of a package that a binary for the explorer was
// built of. It asks nobody: a hunt that is interrupted has no time for that.
func (w *workshop) pathOf(file string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return filepath.Join(w.dirs[path.Dir(file)], path.Base(file))
}

// linesOf are the lines of a source, as it was built: a planted bug changes it.
func (w *workshop) linesOf(path string) ([]string, error) {
	var content []byte
	if w.planted != nil {
		content = w.planted.files[path]
	}
	if content == nil {
		var err error
		if content, err = os.ReadFile(path); err != nil {
			return nil, err
		}
	}
	return strings.Split(string(content), "\n"), nil
}

// quote reads the source lines that the explanation names.
func (w *workshop) quote(e *explained) error {
	for i, line := range e.Explanation.Lines {
		file := w.pathOf(line.File)
		lines, err := w.linesOf(file)
		if err != nil {
			return err
		}
		if line.Last > len(lines) {
			return fmt.Errorf("%s has %d lines, and line %d of it ran", file, len(lines), line.Last)
		}
		number, text := firstStatement(lines, line)
		e.Explanation.Lines[i].Line = number
		e.Sources = append(e.Sources, text)
	}
	return nil
}

// firstStatement is the first line of a block that says what it does: a block that begins
// with a brace begins on the line of its func, if or for.
func firstStatement(lines []string, block explore.Line) (number int, text string) {
	for number = block.Line; ; number++ {
		text = strings.TrimSpace(lines[number-1])
		if number >= block.Last || text != "" && !strings.HasPrefix(text, "//") && !strings.HasSuffix(text, "{") {
			return number, text
		}
	}
}
