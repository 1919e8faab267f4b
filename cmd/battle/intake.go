package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"battle.test/battle"
)

// A taken trace is one of another corpus, in its canonical form.
type taken struct {
	path    string // as the command line leads to it
	trace   string
	updates int
}

// An intake reads traces from files of any format. What can't be read is an error of its
// own, and keeps no other out.
type intake struct {
	all  []taken
	errs []error
}

// intake reads files, and folders with all below them, in order of their paths. Its own
// error is a fault of the machine or of the test binary.
func (w *workshop) intake(ctx context.Context, t target, paths []string) (all []taken, errs []error, err error) {
	binary, err := w.build(ctx, t.Package, false)
	if err != nil {
		return nil, nil, err
	}
	in := &intake{}
	var files []string
	for _, path := range paths {
		below, found := w.filesBelow(path)
		files, in.errs = append(files, below...), append(in.errs, found...)
	}
	slices.Sort(files)
	err = w.readAll(ctx, t, slices.Compact(files), func() (string, error) { return binary, nil }, in.take)
	if err != nil {
		return nil, nil, err
	}
	return in.all, in.errs, nil
}

// take takes what was read as a canonical trace.
func (in *intake) take(path string, answer battle.Answer, err error) {
	switch {
	case err != nil:
	case answer.Updates == 0:
		err = fmt.Errorf("%s: no updates", path)
	case len(answer.Trace) > sourceMax:
		err = fmt.Errorf("%s: as a trace it has %d bytes, want at most %d", path, len(answer.Trace), sourceMax)
	default:
		in.all = append(in.all, taken{path, answer.Trace, answer.Updates})
		return
	}
	in.errs = append(in.errs, err)
}

// readAll reads files of any format, and has what they say in both its forms. Many are asked
// about at once: to start the test binary takes longer than to read a trace. What is wrong with
// one is its own error, and does not hold up the others. The binary is wanted once there is
// something to ask.
func (w *workshop) readAll(ctx context.Context, t target, files []string, binary func() (string, error), take func(path string, answer battle.Answer, err error)) error {
	var requests []battle.Request
	var paths []string
	size := 0
	ask := func() error {
		if len(requests) == 0 {
			return nil
		}
		program, err := binary()
		if err != nil {
			return err
		}
		answers, err := w.askAll(ctx, program, t, requests)
		if err != nil {
			return err
		}
		for i, answer := range answers {
			var wrong error
			if answer.Error != "" {
				wrong = errors.New(answer.Error)
			}
			take(paths[i], answer, wrong)
		}
		requests, paths, size = nil, nil, 0
		return nil
	}
	for _, path := range files {
		request, err := readAny(w.dir, path)
		if err != nil {
			take(path, battle.Answer{}, err)
			continue
		}
		requests, paths, size = append(requests, request), append(paths, path), size+asks(request)
		if len(requests) == askedMax || size >= askedBytesMax {
			if err := ask(); err != nil {
				return err
			}
		}
	}
	return ask()
}

// someThere is the error of each path where none is there. What is built for a command takes
// longer than to see that it was in vain.
func someThere(dir string, paths ...string) error {
	var errs []error
	for _, path := range paths {
		_, err := os.Stat(shown(from(dir, path)))
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// filesBelow is a file, or all in a folder that may be traces: hidden ones are not, and
// neither is what stands beside one, nor what go-fuzz suppresses.
func (w *workshop) filesBelow(path string) (files []string, errs []error) {
	root := shown(from(w.dir, path))
	err := filepath.WalkDir(root, func(full string, entry fs.DirEntry, err error) error {
		below, _ := filepath.Rel(root, full)
		name := filepath.Join(path, below)
		switch {
		case err != nil:
			errs = append(errs, err)
		case full != root && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
		case entry.IsDir() && entry.Name() == "suppressions":
			return fs.SkipDir
		case entry.IsDir(), full != root && standsBeside(full):
		default:
			// A link may lead to a file. To read a pipe would last for ever.
			if info, err := os.Stat(full); err != nil {
				errs = append(errs, err)
			} else if !info.Mode().IsRegular() {
				errs = append(errs, fmt.Errorf("%s: want a file or a folder, got %v", name, info.Mode()))
			} else {
				files = append(files, name)
			}
		}
		return nil
	})
	if err != nil {
		errs = append(errs, err)
	}
	return files, errs
}

// standsBeside tells whether a file only says more of another: of a tape that crashed, as
// go-fuzz writes it, or of a finding, whose text is read.
func standsBeside(path string) bool {
	extension := filepath.Ext(path)
	switch extension {
	case ".output", ".quoted", ".html", ".svg":
		return true
	case ".json":
		_, err := os.Stat(strings.TrimSuffix(path, extension) + ".txtar")
		return err == nil
	}
	return false
}
