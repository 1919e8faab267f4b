package battle

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

// An entry is one trace of the corpus.
type entry struct {
	file string // <target>/seeds/x.trace
	prog program
	tape []byte
}

// corpusDir is where a package keeps its corpus unless its target says otherwise.
const corpusDir = "testdata/battle"

// corpusKinds are the folders of a target's corpus that the orders are to use. An engine
// that is judged by the bugs it finds must not begin with their stories, which is what
// regressions are.
func (o orders) corpusKinds() []string {
	if o.seedsOnly {
		return []string{"seeds"}
	}
	return []string{"seeds", "regressions"}
}

// loadCorpus reads the traces of the target that are in the folders of these kinds, in
// order of their names. Files that can't be used are reported together, and do not keep
// the others from being used.
func (p *plan) loadCorpus(kinds []string) ([]entry, error) {
	fsys := p.corpus
	if fsys == nil {
		fsys = os.DirFS(corpusDir)
	}
	var entries []entry
	var errs []error
	for _, kind := range kinds {
		dir := path.Join(p.name, kind)
		files, err := fs.ReadDir(fsys, dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, f := range files {
			if f.IsDir() || !strings.HasSuffix(f.Name(), ".trace") {
				errs = append(errs, fmt.Errorf("%s: not a trace: the corpus holds files named *.trace", path.Join(dir, f.Name())))
				continue
			}
			e, err := p.loadEntry(fsys, path.Join(dir, f.Name()))
			if err != nil {
				errs = append(errs, err)
				continue
			}
			entries = append(entries, e)
		}
	}
	return entries, errors.Join(errs...)
}

func (p *plan) loadEntry(fsys fs.FS, file string) (entry, error) {
	info, err := fs.Stat(fsys, file)
	if err != nil {
		return entry{}, err
	}
	if info.Size() > traceMax {
		return entry{}, fmt.Errorf("%s: %d bytes, a trace has at most %d", file, info.Size(), traceMax)
	}
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		return entry{}, err
	}
	prog, err := p.parse(file, text)
	if err != nil {
		return entry{}, err
	}
	if len(prog) == 0 {
		return entry{}, fmt.Errorf("%s: the trace has no updates", file)
	}
	tape, err := p.encode(prog)
	if err != nil {
		return entry{}, fmt.Errorf("%s: %w", file, err)
	}
	return entry{file, prog, tape}, nil
}
