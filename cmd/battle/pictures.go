package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"battle.test/battle"
)

// Pictures of a run are made by the process that runs it, where the target has any: see
// battle.Pictured. The command says which, and into which files.

// pictureFlags are the pictures that the user wants.
type pictureFlags struct {
	SVG  string `help:"Draw the run into this file, if the target has such a picture."`
	Pcap string `help:"Write the run's packets into this file as pcapng, which Wireshark opens, if the target has packets."`
}

// A picture is a file that a picture of a kind goes into.
type picture struct {
	kind, flag, path string
}

// wanted are the pictures with the files that the user named.
func (f pictureFlags) wanted(dir string) (all []picture) {
	for _, one := range []picture{{battle.SVG, "-svg", f.SVG}, {battle.Pcap, "-pcap", f.Pcap}} {
		if one.path != "" {
			one.path = from(dir, one.path)
			all = append(all, one)
		}
	}
	return all
}

// prepare sees to it that the pictures can be written, before anything is built.
func (f pictureFlags) prepare(dir string) error {
	for _, one := range f.wanted(dir) {
		if info, err := os.Stat(one.path); err == nil && info.IsDir() {
			return fmt.Errorf("%s %s is a folder: want a file", one.flag, shown(one.path))
		}
		if err := writable(one.flag, filepath.Dir(one.path)); err != nil {
			return err
		}
	}
	return nil
}

// timelineFile is where a process writes a timeline of a kind that the command prints.
func (w *workshop) timelineFile(kind string) string { return filepath.Join(w.temp, "run."+kind) }

// request asks for the pictures, and for a timeline of a kind, if any is to be printed.
func (f pictureFlags) request(w *workshop, timeline string) (map[string]string, error) {
	files := make(map[string]string)
	if timeline != "" {
		files[timeline] = w.timelineFile(timeline)
	}
	for _, one := range f.wanted(w.dir) {
		path, err := filepath.Abs(one.path) // the process has another folder
		if err != nil {
			return nil, err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, fmt.Errorf("%s: %w", one.flag, err)
		}
		files[one.kind] = path
	}
	return files, nil
}

// conclude tells where pictures are, or why there is none.
func (f pictureFlags) conclude(dir string, t target, answer battle.Answer) error {
	for _, one := range f.wanted(dir) {
		switch found := answer.Finding; {
		case slices.Contains(answer.Pictures, one.kind):
			fmt.Fprintln(os.Stderr, "written:", shown(one.path))
		case len(answer.Pictures) > 0:
			return fmt.Errorf("%s: target %s has no picture of this kind: it has %s", one.flag, t.Name, strings.Join(answer.Pictures, ", "))
		case found != nil && (found.Kind == battle.Hang || found.Kind == battle.Death):
			return fmt.Errorf("%s: a run that ends in a %s leaves nothing to draw: leave its last update out", one.flag, found.Kind)
		default:
			return fmt.Errorf("%s: target %s has no pictures: its state is no battle.Pictured", one.flag, t.Name)
		}
	}
	return nil
}

// timeline is what a process wrote of a run; nil if the target has no such picture.
func (w *workshop) timeline(kind string) ([]byte, error) {
	content, err := os.ReadFile(w.timelineFile(kind))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && kind == battle.TimelineJSON && !json.Valid(content) {
		err = fmt.Errorf("the target's picture of kind %s is no JSON", kind)
	}
	return content, err
}
