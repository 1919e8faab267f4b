package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"battle.test/battle"
)

type corpusCommand struct {
	Show     corpusShow     `cmd:"" help:"List the traces of the corpus."`
	Cover    corpusCover    `cmd:"" help:"Show what the corpus covers, by package, file and line."`
	Add      corpusAdd      `cmd:"" help:"Add a trace or a finding."`
	Merge    corpusMerge    `cmd:"" help:"Take in those traces of other folders that show something new."`
	Promote  corpusPromote  `cmd:"" help:"Move what go test -fuzz left out of testdata/fuzz, into minimal regressions."`
	Diff     corpusDiff     `cmd:"" help:"Compare two corpora: their traces, and what each reaches that the other does not."`
	Convert  corpusConvert  `cmd:"" help:"Convert between traces and the formats of go test -fuzz, go-fuzz and raw tapes."`
	Prune    corpusPrune    `cmd:"" help:"Remove traces that are there twice."`
	Minimize corpusMinimize `cmd:"" help:"Remove seeds that show nothing which the others do not."`
}

// corpusDir is the folder of a target's traces. A target with a Corpus of its own has
// them in corpus/ of the module, of its package, or, as those without, in testdata/battle.
func (w *workshop) corpusDir(t target) string {
	shared := filepath.Join(w.root, "corpus", t.Name)
	beside := filepath.Join(t.dir, "testdata", "battle", t.Name)
	if !t.description.OwnCorpus {
		return beside
	}
	for _, dir := range []string{shared, filepath.Join(t.dir, "corpus", t.Name), beside} {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir
		}
	}
	return shared
}

// open makes a workshop and finds targets by their names.
func openTargets(ctx context.Context, line *commandLine, names []string) (*workshop, []target, error) {
	w, err := newWorkshop(ctx, line.Dir)
	if err != nil {
		return nil, nil, err
	}
	targets, err := w.findAll(ctx, nil, names)
	if err != nil {
		w.close()
		return nil, nil, err
	}
	return w, targets, nil
}

// traces are the traces of a target's corpus. Regressions come first: of two that say
// the same they are the ones to keep.
func (w *workshop) traces(ctx context.Context, t target) ([]battle.CorpusItem, error) {
	items, left, err := w.soundTraces(ctx, t)
	return items, errors.Join(left, err)
}

// soundTraces are those of a corpus that can be used; left names the others.
func (w *workshop) soundTraces(ctx context.Context, t target) (items []battle.CorpusItem, left, err error) {
	answer, err := w.ask(ctx, t, battle.Request{Do: "corpus"})
	if err != nil {
		err = fmt.Errorf("the corpus of %s, in %s: %w", t.Name, shown(w.corpusDir(t)), err)
		if len(answer.Corpus) == 0 {
			return nil, nil, err
		}
	}
	for _, item := range answer.Corpus {
		if item.File != "" { // the others are generated
			items = append(items, item)
		}
	}
	slices.SortStableFunc(items, func(a, b battle.CorpusItem) int {
		return strings.Compare(path.Dir(a.File), path.Dir(b.File))
	})
	return items, err, nil
}

type corpusShow struct {
	Targets []string `arg:"" optional:"" help:"Targets (default all)."`
	JSON    bool     `help:"Print JSON, with the traces."`
}

func (c *corpusShow) Run(ctx context.Context, line *commandLine) error {
	w, targets, err := openTargets(ctx, line, c.Targets)
	if err != nil {
		return err
	}
	defer w.close()
	all := []battle.CorpusItem{}
	for _, t := range targets {
		items, err := w.traces(ctx, t)
		if err != nil {
			return err
		}
		all = append(all, items...)
	}
	if c.JSON {
		return printJSON(all)
	}
	for _, item := range all {
		fmt.Printf("%-56s %12s\n", item.File, count(item.Updates, "update"))
	}
	return nil
}

type corpusAdd struct {
	source
	Name string `help:"The new file's name, without .trace (default that of the finding or file, or one by the trace's content)."`
	Seed bool   `help:"Add it to the seeds, not to the regressions."`
	JSON bool   `help:"Print JSON."`
}

// traceName is what a file of the corpus may be called. A slash would put it elsewhere.
var traceName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func (c *corpusAdd) Run(ctx context.Context, line *commandLine) error {
	if c.Name != "" && !traceName.MatchString(c.Name) || strings.HasSuffix(c.Name, ".trace") {
		return fmt.Errorf("-name %q: want a file's name without folder and .trace, such as tip-bug", c.Name)
	}
	w, t, request, err := c.open(ctx, line.Dir, plain)
	if err != nil {
		return err
	}
	defer w.close()
	request.Do = "parse"
	answer, err := w.ask(ctx, t, request)
	if err != nil {
		return err
	}
	if answer.Updates == 0 {
		return fmt.Errorf("%s has no updates", cmp.Or(request.File, c.Trace))
	}
	c.Name = cmp.Or(c.Name, nameFor(taken{path: c.Trace, trace: answer.Trace}))
	kind := "regressions"
	if c.Seed {
		kind = "seeds"
	}
	items, err := w.traces(ctx, t)
	if err != nil {
		return err
	}
	corpus := w.shelf(t, items)
	file := corpus.file(kind, c.Name)
	if other := corpus.traces[file]; other != "" && other != answer.Trace {
		return fmt.Errorf("%s is taken by another trace: choose another -name", file)
	}
	if there := corpus.holder(kind, c.Name, answer.Trace); there != "" {
		return say(c.JSON, map[string]string{"same_as": there}, there+" is there already, with the same trace")
	}
	path, err := w.addTrace(t, kind, c.Name, "", answer.Trace)
	if err != nil {
		return err
	}
	return say(c.JSON, map[string]string{"added": path}, "added "+shown(path))
}

// say prints one or the other.
func say(asJSON bool, v any, text string) error {
	if asJSON {
		return printJSON(v)
	}
	fmt.Println(text)
	return nil
}

// addTrace writes a trace that is not there yet.
func (w *workshop) addTrace(t target, kind, name, comment, trace string) (string, error) {
	corpus := w.corpusDir(t)
	if _, err := os.Stat(corpus); errors.Is(err, fs.ErrNotExist) && t.description.OwnCorpus {
		fmt.Fprintf(os.Stderr, "%s has no corpus yet: see that the //go:embed line beside %s names it\n", t.Name, shown(corpus))
	}
	path := filepath.Join(corpus, kind, name+".trace")
	if _, err := os.Lstat(path); err == nil {
		return "", &fs.PathError{Op: "add", Path: path, Err: fs.ErrExist}
	}
	if comment != "" {
		trace = "# " + strings.ReplaceAll(comment, "\n", "\n# ") + "\n" + trace
	}
	return put(filepath.Dir(path), filepath.Base(path), []byte(trace))
}

type corpusPrune struct {
	Targets []string `arg:"" optional:"" help:"Targets (default all)."`
	Dry     bool     `name:"n" help:"Only say what would go."`
	JSON    bool     `help:"Print JSON."`
}

// A twin is a trace that says the same as another.
type twin struct {
	File   string `json:"file"`
	SameAs string `json:"same_as"`
}

func (c *corpusPrune) Run(ctx context.Context, line *commandLine) error {
	w, targets, err := openTargets(ctx, line, c.Targets)
	if err != nil {
		return err
	}
	defer w.close()
	twins := []twin{}
	for _, t := range targets {
		items, err := w.traces(ctx, t)
		if err != nil {
			return err
		}
		for _, one := range w.twins(t, items) {
			if !c.Dry {
				if err := os.Remove(w.corpusFile(t, one.File)); err != nil {
					return err
				}
			}
			twins = append(twins, one)
		}
	}
	if c.JSON {
		return printJSON(twins)
	}
	done := "removed"
	if c.Dry {
		done = "would remove"
	}
	for _, one := range twins {
		fmt.Printf("%s %s: same as %s\n", done, one.File, one.SameAs)
	}
	fmt.Println(count(len(twins), "duplicate"))
	return nil
}

// twins are the traces that need not stay. Of those that say the same, one that a person
// wrote something into stays, then a regression, then the first by name.
func (w *workshop) twins(t target, items []battle.CorpusItem) (twins []twin) {
	var commented, bare []battle.CorpusItem
	for _, item := range items {
		content, err := os.ReadFile(w.corpusFile(t, item.File))
		if err == nil && hasComments(string(content)) {
			commented = append(commented, item)
		} else {
			bare = append(bare, item)
		}
	}
	first := make(map[string]string)
	for _, item := range slices.Concat(commented, bare) {
		if kept, twice := first[item.Trace]; twice {
			twins = append(twins, twin{item.File, kept})
		} else {
			first[item.Trace] = item.File
		}
	}
	return twins
}

func hasComments(trace string) bool {
	return strings.HasPrefix(trace, "#") || strings.Contains(trace, "\n#") || strings.Contains(trace, " #")
}

// corpusFile is the path of a file that a corpus item names.
func (w *workshop) corpusFile(t target, file string) string {
	return filepath.Join(filepath.Dir(w.corpusDir(t)), filepath.FromSlash(file))
}
