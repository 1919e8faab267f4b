package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
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

// quote reads the source lines that the explanation names. Blocks of which no line says
// anything are left out, and so are those that would be told by the same line as another.
func (w *workshop) quote(e *explained) error {
	var telling []explore.Line
	quoted := make(map[string]bool)
	e.Planted = w.changes()
	for _, line := range e.Explanation.Lines {
		file := w.pathOf(line.File)
		lines, err := w.linesOf(file)
		if err != nil {
			return err
		}
		if line.Last > len(lines) {
			return fmt.Errorf("%s has %d lines, and line %d of it ran", file, len(lines), line.Last)
		}
		line.Last = firstCase(lines, line.Last)
		number, text := firstStatement(lines, line)
		if changed := e.Planted.in(line); changed > 0 { // that is what a reader looks for
			number, text = changed, strings.TrimSpace(lines[changed-1])
		}
		at := fmt.Sprintf("%s:%d", line.File, number)
		if text == "" || quoted[at] {
			continue
		}
		quoted[at], line.Line = true, number
		telling, e.Sources = append(telling, line), append(e.Sources, text)
	}
	e.Explanation.Lines = telling
	return nil
}

// firstStatement is the first line of a block that says what it does, or "" if none does. A
// block that begins with a brace begins on the line of its func, if or for, and one may end
// in the line of the next: those are second best.
func firstStatement(lines []string, block explore.Line) (number int, text string) {
	for n := block.Line; n <= block.Last; n++ {
		switch line := strings.TrimSpace(lines[n-1]); {
		case !says(line):
		case !strings.HasSuffix(line, "{"):
			return n, line
		case text == "" || n == block.Last:
			number, text = n, line
		}
	}
	return number, text
}

// firstCase is the last line of a block with, if the block ends in a switch, the condition of
// its first case: that runs with the block, and has no counter of its own.
func firstCase(lines []string, last int) int {
	if !strings.HasPrefix(strings.TrimSpace(lines[last-1]), "switch ") {
		return last
	}
	for n := last + 1; n <= len(lines); n++ {
		switch line := strings.TrimSpace(lines[n-1]); {
		case strings.HasPrefix(line, "case "):
			return n
		case line != "" && !strings.HasPrefix(line, "//"):
			return last
		}
	}
	return last
}

// says tells whether a line has more than braces and words that say nothing by themselves,
// such as "} else {" and "switch {".
func says(line string) bool {
	switch strings.Trim(line, "{}()[]:;, ") {
	case "", "else", "for", "switch", "select", "default", "return", "break", "continue":
		return false
	}
	return !strings.HasPrefix(line, "//")
}

// ofOracle tells whether a source is of an oracle, as far as its package's path says so: what
// runs there is not what is under test.
func ofOracle(file string) bool { return slices.Contains(strings.Split(path.Dir(file), "/"), "oracle") }
