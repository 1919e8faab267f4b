package main

import (
	"context"
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

// sourcesOf finds files on disk.
func (w *workshop) sourcesOf(ctx context.Context, files []string) (paths map[string]string, err error) {
	paths = make(map[string]string)
	if len(files) == 0 {
		return paths, nil
	}
	var packages []string
	for _, file := range files {
		packages = append(packages, path.Dir(file))
	}
	slices.Sort(packages)
	args := append([]string{"list", "-f", "{{.ImportPath}} {{.Dir}}"}, slices.Compact(packages)...)
	output, err := goCommand(ctx, w.dir, nil, args...)
	if err != nil {
		return nil, err
	}
	dirs := make(map[string]string)
	for row := range strings.Lines(string(output)) {
		pkg, dir, _ := strings.Cut(strings.TrimSpace(row), " ")
		dirs[pkg] = dir
	}
	for _, file := range files {
		paths[file] = filepath.Join(dirs[path.Dir(file)], path.Base(file))
	}
	return paths, nil
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
func (w *workshop) quote(ctx context.Context, e *explained) error {
	var files []string
	for _, line := range e.Explanation.Lines {
		files = append(files, line.File)
	}
	paths, err := w.sourcesOf(ctx, files)
	if err != nil {
		return err
	}
	for i, line := range e.Explanation.Lines {
		lines, err := w.linesOf(paths[line.File])
		if err != nil {
			return err
		}
		if line.Last > len(lines) {
			return fmt.Errorf("%s has %d lines, and line %d of it ran", paths[line.File], len(lines), line.Last)
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
