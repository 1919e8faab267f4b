package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"battle.test/battle"
)

// A shelf is what a target's corpus holds, by content and by name. Traces are compared in
// their canonical form: one that says the same in other words, or with comments, is the
// same.
type shelf struct {
	dir     string            // of the target's corpus
	target  string            // its name
	traces  map[string]string // by file, as corpus items name it
	byTrace map[string]string // the first file with a trace
}

func (w *workshop) shelf(t target, items []battle.CorpusItem) *shelf {
	s := &shelf{dir: w.corpusDir(t), target: t.Name, traces: make(map[string]string), byTrace: make(map[string]string)}
	for _, item := range items {
		s.put(item.File, item.Trace)
	}
	return s
}

func (s *shelf) put(file, trace string) {
	s.traces[file] = trace
	if _, there := s.byTrace[trace]; !there {
		s.byTrace[trace] = file
	}
}

func (s *shelf) file(kind, name string) string { return s.target + "/" + kind + "/" + name + ".trace" }

// holder is the file that has a trace, or "". The one of the given name is preferred.
func (s *shelf) holder(kind, name, trace string) string {
	if file := s.file(kind, name); s.traces[file] == trace {
		return file
	}
	return s.byTrace[trace]
}

// free is a name for a new trace: the given one, or, if that is taken, numbered on.
// Nothing that comes into a corpus takes the place of another trace.
func (s *shelf) free(kind, name string) (string, error) {
	free := name
	for n := 2; ; n++ {
		_, taken := s.traces[s.file(kind, free)]
		_, err := os.Lstat(filepath.Join(s.dir, kind, free+".trace"))
		switch {
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return "", err
		case err != nil && !taken:
			return free, nil
		}
		free = fmt.Sprintf("%s-%d", name, n)
	}
}
