package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"battle.test/battle"
	"battle.test/cmd/battle/process"
)

// source is where a trace comes from, for commands that take one.
type source struct {
	Trace   string `arg:"" help:"A finding (.txtar or .json), a trace file, a file of testdata/fuzz, a tape that libFuzzer left (crash-…), or a trace: 'restart base=1; read offset=2'."`
	Package string `help:"Import path of the target's package, where the trace does not tell."`
	Func    string `help:"The target's fuzz or test function."`
	Target  string `help:"The target's name."`
	Bug     string `help:"Plant this bug of bugs/ first."`

	named bool  // the package was, by its flag
	steps steps // of the command, once it has read the trace
}

// sourceMax bounds the files that are read as traces, findings and tapes, in bytes.
const sourceMax = 16 << 20

// open makes a workshop with the source's bug planted in it, and finds the target and
// the request that hands over the trace. answers is the binary that is asked.
func (s *source) open(ctx context.Context, dir string, answers respondent) (*workshop, target, battle.Request, error) {
	s.named = s.Package != ""
	request, err := s.read(dir)
	if err != nil {
		return nil, target{}, request, err
	}
	w, err := newWorkshop(ctx, dir)
	if err != nil {
		return nil, target{}, request, err
	}
	w.answers, w.steps = answers, s.steps
	if err = w.plantAloud(s.Bug); err == nil {
		var t target
		if t, err = s.target(ctx, w); err == nil {
			return w, t, request, nil
		}
	}
	w.close()
	return nil, target{}, request, err
}

// read makes a request of the trace, and takes from a file's name and content what the
// flags left open.
func (s *source) read(dir string) (battle.Request, error) {
	if s.Trace == "" {
		return battle.Request{}, errors.New("an empty trace: want updates, or a file")
	}
	path := shown(from(dir, s.Trace))
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return battle.Request{}, fmt.Errorf("%s is a folder: want a finding or a trace", s.Trace)
	case err == nil:
		content, err := readBounded(path)
		if err != nil {
			return battle.Request{}, err
		}
		s.Trace = path
		return s.file(path, content)
	case !strings.ContainsAny(s.Trace, " =;\n") && strings.ContainsAny(s.Trace, `./\`):
		return battle.Request{}, fmt.Errorf("%s: no such file, and it does not look like a trace", s.Trace)
	}
	name := "trace"
	if !strings.ContainsAny(s.Trace, " =;\n") { // it may have been meant as a file, too
		name = "no file " + s.Trace + ", so a trace"
	}
	return battle.Request{File: name, Trace: s.Trace}, checkText(name, []byte(s.Trace))
}

// readBounded reads a file that is not too large to be what it should be. Of a pipe or a device the
// size is not known before.
func readBounded(path string) ([]byte, error) {
	if err := checkSize(path); err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, sourceMax+1))
	if err == nil && len(content) > sourceMax {
		err = fmt.Errorf("%s: more than %d bytes, the most that there may be", path, sourceMax)
	}
	return content, err
}

func checkSize(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() > sourceMax {
		return fmt.Errorf("%s: %d bytes, want at most %d", path, info.Size(), sourceMax)
	}
	return nil
}

func (s *source) file(path string, content []byte) (battle.Request, error) {
	request := battle.Request{File: s.Trace, Trace: string(content)}
	full, err := filepath.Abs(path)
	if err != nil {
		return request, err
	}
	folder := filepath.Dir(full)
	if bytes.HasPrefix(content, []byte("go test fuzz")) {
		s.Func = cmp.Or(s.Func, filepath.Base(folder)) // testdata/fuzz/FuzzX/…
		tape, err := parseGoCorpus(s.Trace, content)
		return battle.Request{Tape: tape}, err
	}
	if isArtifact(filepath.Base(path)) {
		return battle.Request{Tape: append([]byte{}, content...)}, nil
	}
	if err := checkText(s.Trace, content); err != nil {
		return battle.Request{}, err
	}
	switch filepath.Ext(path) {
	case ".json":
		return s.twin(path)
	case ".txtar":
		return s.finding(content)
	}
	if slices.Contains([]string{"seeds", "regressions"}, filepath.Base(folder)) {
		s.Target = cmp.Or(s.Target, filepath.Base(filepath.Dir(folder)))
	}
	return request, nil
}

// isArtifact tells the tapes that libFuzzer, and ClusterFuzz after it, leave of what failed.
func isArtifact(name string) bool {
	return filepath.Ext(name) == "" && slices.ContainsFunc(
		[]string{"crash-", "timeout-", "oom-", "slow-unit-", "minimized-from-", "clusterfuzz-testcase-"},
		func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// checkText refuses what is no text before it gets anywhere: JSON, on the way to the
// test binary, would quietly mend it.
func checkText(name string, content []byte) error {
	for i, line := range bytes.Split(content, []byte("\n")) {
		switch {
		case bytes.IndexByte(line, 0) >= 0:
			return fmt.Errorf("%s:%d: a NUL byte: this is a binary file", name, i+1)
		case !utf8.Valid(line):
			return fmt.Errorf("%s:%d: not UTF-8", name, i+1)
		case bytes.IndexByte(line, '\r') >= 0:
			return fmt.Errorf("%s:%d: a carriage return: lines end in LF alone (for git: *.trace and *.txtar text eol=lf)", name, i+1)
		}
	}
	return nil
}

// finding reads a finding's text, which is all of it. The trace keeps its line numbers.
func (s *source) finding(content []byte) (battle.Request, error) {
	begins := 0 // the line of the trace's marker, from 1
	for i, line := range bytes.Split(content, []byte("\n")) {
		if string(line) != "-- trace --" {
			continue
		}
		if begins > 0 {
			return battle.Request{}, fmt.Errorf("%s:%d: a second trace, the first is on line %d", s.Trace, i+1, begins)
		}
		begins = i + 1
	}
	if begins == 0 {
		return battle.Request{}, fmt.Errorf("%s:%d: the file ends without a line \"-- trace --\": this is not a finding, or not all of it", s.Trace, 1+bytes.Count(content, []byte("\n")))
	}
	request := battle.Request{File: s.Trace}
	archive := txtar.Parse(content)
	if last := archive.Files[len(archive.Files)-1]; last.Name == "trace" { // a replay command follows in a whole one
		return battle.Request{}, fmt.Errorf("%s:%d: the file ends in its trace: this is not a finding, or not all of it", s.Trace, 1+bytes.Count(content, []byte("\n")))
	}
	for _, f := range archive.Files {
		switch f.Name {
		case "trace":
			request.Trace = strings.Repeat("\n", begins) + string(f.Data)
		case "replay":
			s.command(string(f.Data))
		}
	}
	if title, _, ok := strings.Cut(string(archive.Comment), ":"); ok && !strings.ContainsAny(title, " \n") {
		s.Target = cmp.Or(s.Target, title)
	}
	return request, nil
}

// command takes from a finding's replay command what the flags left open.
func (s *source) command(replay string) {
	words := strings.Fields(replay)
	for i := 0; i+1 < len(words) && !strings.HasPrefix(words[i], "'"); i++ {
		value := words[i+1]
		switch words[i] {
		case "-package":
			s.Package = cmp.Or(s.Package, value)
		case "-func":
			s.Func = cmp.Or(s.Func, value)
		case "-target":
			s.Target = cmp.Or(s.Target, value)
		case "-bug":
			s.Bug = cmp.Or(s.Bug, value)
		}
	}
}

// twin reads a finding's JSON.
func (s *source) twin(path string) (battle.Request, error) {
	found, err := battle.ReadFinding(path)
	if err != nil {
		return battle.Request{}, err
	}
	s.command(found.Replay)
	s.Package, s.Target = cmp.Or(s.Package, found.Package), cmp.Or(s.Target, found.Target)
	return battle.Request{File: s.Trace + ", its trace", Trace: strings.Join(found.Trace, "\n")}, nil
}

// target finds the one target that the flags and the trace's file name.
func (s *source) target(ctx context.Context, w *workshop) (target, error) {
	var names []string
	if s.Target != "" {
		names = []string{s.Target}
	} else if s.Func != "" {
		names = []string{strings.Replace(s.Func, "Test", "Fuzz", 1)}
	}
	var picked []target
	err := error(nil)
	if s.Package != "" {
		picked, err = w.findAll(ctx, []string{s.Package}, names)
	}
	if err != nil && s.named && ctx.Err() == nil {
		if _, unknown := process.Go(ctx, w.dir, nil, "list", s.Package); unknown != nil {
			return target{}, fmt.Errorf("no package %s with targets: %w", s.Package, unknown)
		}
	}
	if s.Package == "" || err != nil && ctx.Err() == nil {
		// A finding of a test in another package than its target's, such as of a
		// property, or no package known.
		picked, err = w.findAll(ctx, nil, names)
	}
	if err != nil {
		return target{}, err
	}
	if len(picked) > 1 {
		return target{}, fmt.Errorf("which target? say -target with one of %s", targetNames(picked))
	}
	return picked[0], nil
}
