package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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

// readBug reads a planted bug. Its header is lines "# key: text" before the patch.
func readBug(dir, name string) (*bug, error) {
	path := filepath.Join(dir, "bugs", name+".patch")
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		names, err := bugNames(dir)
		if err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("no planted bug %q: there are %s", name, strings.Join(names, ", "))
	}
	if err != nil {
		return nil, err
	}
	b := &bug{patch: content}
	story := []string{}
	for i, line := range strings.Split(string(content), "\n") {
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
// in the module. The module itself is left as it is.
func (b *bug) apply(dir string) (map[string][]byte, error) {
	files, _, err := gitdiff.Parse(bytes.NewReader(b.patch))
	if err != nil {
		return nil, fmt.Errorf("bugs/%s.patch: %w", b.name, err)
	}
	changed := make(map[string][]byte)
	for _, f := range files {
		source, err := os.Open(filepath.Join(dir, filepath.FromSlash(f.OldName)))
		if err != nil {
			return nil, fmt.Errorf("bugs/%s.patch: %w", b.name, err)
		}
		var patched bytes.Buffer
		err = gitdiff.Apply(&patched, source, f)
		source.Close()
		if err != nil {
			return nil, fmt.Errorf("bugs/%s.patch does not fit %s any more: %w", b.name, f.OldName, err)
		}
		changed[f.OldName] = patched.Bytes()
	}
	if len(changed) == 0 {
		return nil, fmt.Errorf("bugs/%s.patch changes no file", b.name)
	}
	return changed, nil
}

// planted is a bug that is ready to be built.
type planted struct {
	*bug
	changed map[string][]byte // files by their path in the module
	overlay string            // for go build -overlay
}

// plant writes the overlay of a bug into a folder. Root is the module's.
func plant(root, name, temp string) (*planted, error) {
	b, err := readBug(root, name)
	if err != nil {
		return nil, err
	}
	changed, err := b.apply(root)
	if err != nil {
		return nil, err
	}
	replace := make(map[string]string)
	for path, content := range changed {
		copied := filepath.Join(temp, "planted-"+strings.ReplaceAll(path, "/", "-"))
		if err := os.WriteFile(copied, content, 0o644); err != nil {
			return nil, err
		}
		replace[filepath.Join(root, filepath.FromSlash(path))] = copied
	}
	document, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, err
	}
	p := &planted{bug: b, changed: changed, overlay: filepath.Join(temp, "overlay.json")}
	return p, os.WriteFile(p.overlay, document, 0o644)
}
