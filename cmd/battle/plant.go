package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
)

// A bug is a planted bug: the header of a patch in bugs/, and the patch.
type bug struct {
	name    string
	room    string
	targets []string
	breaks  string
	seen    string
	story   string
	patch   []byte
}

// bugNames lists the planted bugs of a module.
func bugNames(dir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "bugs", "*.patch"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no planted bugs: %s has no *.patch", filepath.Join(dir, "bugs"))
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".patch"))
	}
	return names, nil
}

// akin lists names, or of many those that begin with the same word as another.
func akin(name string, names []string) string {
	const many = 20
	word, _, _ := strings.Cut(name, "-")
	alike := slices.DeleteFunc(slices.Clone(names), func(one string) bool { return !strings.HasPrefix(one, word+"-") })
	if len(names) <= many || len(alike) == 0 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s, and %d others", strings.Join(alike, ", "), len(names)-len(alike))
}

// readBug reads a planted bug. Its header is lines "# key: text" before the patch.
func readBug(dir, name string) (*bug, error) {
	path := filepath.Join(dir, "bugs", name+".patch")
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		names, err := bugNames(dir)
		if err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("no planted bug %q: there are %s", name, akin(name, names))
	}
	if err != nil {
		return nil, err
	}
	b := &bug{patch: content}
	story := []string{}
	for i, line := range strings.Split(string(content), "\n") {
		if strings.HasSuffix(line, "\r") {
			return nil, fmt.Errorf("%s:%d: a carriage return: a patch's lines end in LF alone (for git: *.patch text eol=lf)", path, i+1)
		}
		if strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "diff ") {
			break
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		key, text, ok := strings.Cut(strings.TrimPrefix(line, "# "), ": ")
		if !ok || !strings.HasPrefix(line, "# ") {
			return nil, fmt.Errorf("%s:%d: got %q, want a header line \"# key: text\"", path, i+1, line)
		}
		text = strings.TrimSpace(text)
		switch key {
		case "bug":
			b.name = text
		case "room":
			b.room = text
		case "targets":
			for one := range strings.SplitSeq(text, ",") {
				b.targets = append(b.targets, strings.TrimSpace(one))
			}
		case "breaks":
			b.breaks = text
		case "seen":
			b.seen = text
		case "story":
			story = append(story, text)
		default:
			return nil, fmt.Errorf("%s:%d: unknown key %q, want bug, room, targets, breaks, seen or story", path, i+1, key)
		}
	}
	b.story = strings.Join(story, " ")
	if b.name != name || b.room == "" || len(b.targets) == 0 || b.breaks == "" || b.seen == "" || b.story == "" {
		return nil, fmt.Errorf("%s: the header must give bug (%s), room, targets, breaks, seen and story", path, name)
	}
	return b, nil
}

// apply returns the patched content of each file that the patch changes, by its path
// in the module, and which of its lines are changed. The module itself is left as it is.
func (b *bug) apply(root string) (changed map[string][]byte, lines map[string][]int, err error) {
	files, _, err := gitdiff.Parse(bytes.NewReader(b.patch))
	if err != nil {
		return nil, nil, fmt.Errorf("bugs/%s.patch: %w", b.name, err)
	}
	changed, lines = make(map[string][]byte), make(map[string][]int)
	for _, f := range files {
		source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(f.OldName)))
		if err != nil {
			return nil, nil, fmt.Errorf("bugs/%s.patch: %w", b.name, err)
		}
		var patched bytes.Buffer
		if err = relocate(f, string(source)); err == nil {
			err = gitdiff.Apply(&patched, bytes.NewReader(source), f)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("bugs/%s.patch does not fit %s any more: %w", b.name, f.OldName, err)
		}
		changed[f.OldName], lines[f.OldName] = patched.Bytes(), changedLines(f)
	}
	if len(changed) == 0 {
		return nil, nil, fmt.Errorf("bugs/%s.patch changes no file", b.name)
	}
	return changed, lines, nil
}

// changedLines are the lines of a patched file that its patch brings, and, where that only
// takes lines away, the one behind them. They count from 1; the fragments are where they fit.
func changedLines(f *gitdiff.File) (lines []int) {
	moved := 0 // how far down earlier fragments have moved the lines
	for _, fragment := range f.TextFragments {
		at, gone := int(fragment.OldPosition)+moved, false
		for _, line := range fragment.Lines {
			switch line.Op {
			case gitdiff.OpDelete:
				gone = true
				moved--
			case gitdiff.OpAdd:
				lines = append(lines, at)
				gone = false
				at++
				moved++
			default:
				if gone {
					lines = append(lines, at)
				}
				gone = false
				at++
			}
		}
	}
	return lines
}

// relocate moves the fragments of a patch to where their lines are by now: an edit
// further up in a file must not make its planted bugs stale. Lines that are there
// twice are not guessed at.
func relocate(f *gitdiff.File, source string) error {
	have := strings.SplitAfter(source, "\n")
	for _, fragment := range f.TextFragments {
		var old []string
		for _, line := range fragment.Lines {
			if line.Old() {
				old = append(old, line.Line)
			}
		}
		var at []int64 // lines, from 1
		for i := 0; i+len(old) <= len(have); i++ {
			if slices.Equal(have[i:i+len(old)], old) {
				at = append(at, int64(i)+1)
			}
		}
		switch {
		case slices.Contains(at, fragment.OldPosition):
		case len(at) == 1:
			fragment.OldPosition = at[0]
		default:
			return fmt.Errorf("its lines, once at %d, are there %d times", fragment.OldPosition, len(at))
		}
	}
	return nil
}

// planted is a bug that is ready to be built.
type planted struct {
	*bug
	changed map[string][]byte // files by their path in the module
	files   map[string][]byte // the same by their full path
	lines   map[string][]int  // that are changed, by the full path of their file
}

// plant makes a bug ready. Root is the module's.
func plant(root, name string) (*planted, error) {
	b, err := readBug(root, name)
	if err != nil {
		return nil, err
	}
	changed, changedLines, err := b.apply(root)
	if err != nil {
		return nil, err
	}
	files, lines := make(map[string][]byte), make(map[string][]int)
	for path, content := range changed {
		full := filepath.Join(root, filepath.FromSlash(path))
		files[full], lines[full] = content, changedLines[path]
	}
	return &planted{bug: b, changed: changed, files: files, lines: lines}, nil
}
