package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"

	"battle.test/battle"
)

// readFindings reads findings from files, and from folders that hunts write them into: of a
// text and its JSON twin the twin is read, and the text where the twin is damaged or not
// there. What can't be read is an error of its own, and keeps no other out.
func (w *workshop) readFindings(paths []string) (all []*battle.Finding, errs []error) {
	for _, path := range paths {
		path = shown(from(w.dir, path))
		info, err := os.Stat(path)
		switch {
		case err != nil:
			errs = append(errs, err)
		case info.IsDir():
			found, failed := findingsIn(path)
			all, errs = append(all, found...), append(errs, failed...)
		default:
			found, err := readFinding(path)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			all = append(all, found)
		}
	}
	return all, errs
}

// findingsIn reads a folder. Files that are neither text nor twin, such as the pages of
// explanations, are not its business.
func findingsIn(dir string) (all []*battle.Finding, errs []error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, []error{err}
	}
	var names []string // without extension
	for _, entry := range entries {
		extension := filepath.Ext(entry.Name())
		if name := strings.TrimSuffix(entry.Name(), extension); name != "" && (extension == ".json" || extension == ".txtar") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		var failed []error
		for _, extension := range []string{".json", ".txtar"} {
			path := filepath.Join(dir, name+extension)
			if _, err := os.Lstat(path); err != nil {
				continue
			}
			found, err := readFinding(path)
			if err == nil {
				all = append(all, found)
				break
			}
			failed = append(failed, err)
		}
		errs = append(errs, failed...)
	}
	return all, errs
}

// readFinding reads a text or a twin.
func readFinding(path string) (*battle.Finding, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // to read a pipe would last for ever
		return nil, fmt.Errorf("%s: want a file, got %v", path, info.Mode())
	}
	if err := checkSize(path); err != nil {
		return nil, err
	}
	switch filepath.Ext(path) {
	case ".json":
		return battle.ReadFinding(path)
	case ".txtar":
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		return parseFinding(path, content)
	}
	return nil, fmt.Errorf("%s: want a finding, which is a .txtar or a .json", path)
}

var (
	findingTitle = regexp.MustCompile(`^([^: ]+): ([a-z]+) (?:before the first update|in update ([0-9]+) of [0-9]+ \((\S+)\)): (.*)$`)
	findingMark  = regexp.MustCompile(`Regression_([0-9a-f]{8})\(`)
	findingPlace = regexp.MustCompile(`(?s)^(.*)\nat (\S+:[0-9]+)\nin (\S+)\n$`)
)

// parseFinding reads a finding's text, as far as it says what the twin does: numbers of its
// hunt are left out.
func parseFinding(name string, content []byte) (*battle.Finding, error) {
	if err := checkText(name, content); err != nil {
		return nil, err
	}
	s := &source{Trace: name}
	if _, err := s.finding(content); err != nil { // it also says what is cut short
		return nil, err
	}
	archive := txtar.Parse(content)
	title := firstLine(string(archive.Comment))
	parts := findingTitle.FindStringSubmatch(title)
	if parts == nil {
		return nil, fmt.Errorf("%s:1: got %q, want \"target: kind in update 1 of 2 (update): message\"", name, cut(title, updateMax))
	}
	f := &battle.Finding{Target: parts[1], Package: s.Package, Func: s.Func}
	f.Kind, f.Op, f.Message = battle.Kind(parts[2]), parts[4], parts[5]
	if n, err := strconv.Atoi(parts[3]); err == nil {
		f.Moment = n - 1
	}
	for _, section := range archive.Files {
		fillIn(f, section.Name, strings.TrimSuffix(string(section.Data), "\n"))
	}
	f.ID = strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	if mark := findingMark.FindStringSubmatch(f.GoTest); mark != nil { // the file may have another name by now
		f.ID = f.Target + "-" + mark[1]
	}
	return f, nil
}

// fillIn takes a section of a finding's text into the finding.
func fillIn(f *battle.Finding, section, text string) {
	switch section {
	case "failure":
		f.Message = text
		if parts := findingPlace.FindStringSubmatch(text + "\n"); parts != nil {
			f.Message, f.Place, f.Failure.Func = parts[1], parts[2], parts[3]
		}
	case "trace":
		for line := range strings.SplitSeq(text, "\n") {
			if line != "" && !strings.HasPrefix(line, "#") {
				f.Trace = append(f.Trace, line)
			}
		}
	case "expected":
		f.Expected = text
	case "actual":
		f.Actual = text
	case "diff":
		f.Diff = text + "\n"
	case "story":
		f.Story = text + "\n"
	case "stack":
		f.Stack = text + "\n"
	case "replay":
		f.Replay = text
	case "regression_test.go":
		f.GoTest = text + "\n"
	}
}
