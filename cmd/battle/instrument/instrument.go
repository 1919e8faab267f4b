// Package instrument rewrites the sources of packages so that a binary built from them
// can see, from inside, which blocks of code ran and what was compared with what.
//
// Blocks are counted as go tool cover does it. Comparisons of integers, strings and byte
// slices are turned into calls that record their operands, which is what Go's own fuzzer
// lacks (golang/go#46507): operators, the functions Equal and Compare of packages bytes and
// slices, and switches on a value. Left out are the constants of a switch past the 16th, the
// other cases of one with a statement before its value, strings.Compare and its like, floats, and
// what is of a type parameter. Behind operations on what goroutines share is a place to pause;
// [Steps] makes steps of them, for goroutines that take turns. Lines stay where they are, so that stacks and positions of the
// rewritten sources are those of the originals. Nothing is written into the tree: the
// result is a set of replacements for go build -overlay.
package instrument

import (
	"cmp"
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"

	"battle.test/cmd/battle/cache"
	"battle.test/explore/probe"
)

const (
	probePackage = "battle.test/explore/probe"
	probeName    = "battleprobe" // what rewritten sources import it as
)

// A Result is the rewritten sources.
type Result struct {
	Files    map[string][]byte // by the original's path
	Blocks   []probe.Block
	Packages []string // import paths
	Dropped  int      // blocks past probe.Max, which are not counted
	Sites    []uint8  // of comparisons, see probe.Sites

	constants
}

// Packages rewrites the packages that the patterns name, as seen from a folder. overlay
// has the content of files that differ from those on disk. What go tool cover wrote is kept in
// a cache.
func Packages(ctx context.Context, dir string, overlay map[string][]byte, patterns []string, kept *cache.Cache) (*Result, error) {
	loaded, err := load(ctx, dir, overlay, patterns)
	if err != nil {
		return nil, err
	}
	r := &Result{Files: make(map[string][]byte)}
	var files []*source
	shared := 0 // sites
	for _, p := range loaded {
		if usesCgo(p) {
			continue // cgo rewrites those itself
		}
		r.Packages = append(r.Packages, p.PkgPath)
		for i, syntax := range p.Syntax {
			content, err := contentOf(p.CompiledGoFiles[i], overlay)
			if err != nil {
				return nil, err
			}
			one := &source{path: p.CompiledGoFiles[i], pkg: p, syntax: syntax, content: content}
			r.Sites = one.rewriteComparisons(r.Sites)
			shared = one.markShared(shared)
			one.apply()
			r.constants.collect(p.TypesInfo, syntax)
			files = append(files, one)
		}
	}
	if err := countBlocks(ctx, files, kept, fmt.Sprint(dir, patterns)); err != nil {
		return nil, err
	}
	for _, one := range files {
		one.number(r)
		r.Files[one.path] = one.content
	}
	r.constants.finish()
	return r, nil
}

// load reads packages, in order of their paths, and checks their types. What they import is not
// rewritten: of that, types come from Go's build cache. With NeedDeps all of it, the standard
// library too, would be checked from source each time.
func load(ctx context.Context, dir string, overlay map[string][]byte, patterns []string) ([]*packages.Package, error) {
	loaded, err := packages.Load(&packages.Config{
		Context: ctx, Dir: dir, Overlay: overlay,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedSyntax |
			packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports,
	}, patterns...)
	if err != nil {
		return nil, err
	}
	for _, p := range loaded {
		if len(p.Errors) > 0 {
			return nil, fmt.Errorf("%s: %v", p.PkgPath, p.Errors[0])
		}
	}
	slices.SortFunc(loaded, func(a, b *packages.Package) int { return strings.Compare(a.PkgPath, b.PkgPath) })
	return loaded, nil
}

func usesCgo(p *packages.Package) bool {
	return p.Imports["C"] != nil || p.Imports["runtime/cgo"] != nil
}

func contentOf(path string, overlay map[string][]byte) ([]byte, error) {
	if content, replaced := overlay[path]; replaced {
		return content, nil
	}
	return os.ReadFile(path)
}

// A source is a file on its way through the rewriting.
type source struct {
	path    string
	pkg     *packages.Package
	syntax  *ast.File
	content []byte
	edits   []edit
}

// An edit replaces the bytes from at up to end.
type edit struct {
	at, end int
	text    string
}

func (s *source) edit(at, end token.Pos, text string) {
	file := s.pkg.Fset.File(s.syntax.FileStart)
	s.edits = append(s.edits, edit{file.Offset(at), file.Offset(end), text})
}

// apply makes the edits. Of two at the same place, one that only puts in comes before one
// that replaces, and else the one that was made first comes first.
func (s *source) apply() {
	slices.SortStableFunc(s.edits, func(a, b edit) int { return cmp.Or(a.at-b.at, min(1, a.end-a.at)-min(1, b.end-b.at)) })
	var out []byte
	done := 0
	for _, e := range s.edits {
		out = append(append(out, s.content[done:e.at]...), e.text...)
		done = e.end
	}
	s.content = append(out, s.content[done:]...)
}

var (
	// What go tool cover writes: a counter in the code, and its table at the end.
	counter  = regexp.MustCompile(probeName + `\.Count\[(\d+)\]\+\+;`)
	tableRow = regexp.MustCompile(`(?m)^\t\t(\d+), (\d+), 0x[0-9a-f]+, // \[(\d+)\]$`)
)

// number gives the file's blocks their places among those of all files, and takes the
// tool's own table out.
func (s *source) number(r *Result) {
	first := len(r.Blocks)
	code, table, _ := strings.Cut(string(s.content), "\nvar "+probeName+" = struct {\n")
	name := path.Join(s.pkg.PkgPath, filepath.Base(s.path))
	for _, row := range tableRow.FindAllStringSubmatch(table, -1) {
		line, _ := strconv.Atoi(row[1])
		last, _ := strconv.Atoi(row[2])
		r.Blocks = append(r.Blocks, probe.Block{File: name, Line: line, Last: last})
	}
	code = counter.ReplaceAllStringFunc(code, func(found string) string {
		i, _ := strconv.Atoi(counter.FindStringSubmatch(found)[1])
		if first+i >= probe.Max {
			return ""
		}
		return fmt.Sprintf("%s.Counters[%d]++;", probeName, first+i)
	})
	if over := len(r.Blocks) - probe.Max; over > 0 {
		r.Dropped += over
		r.Blocks = r.Blocks[:probe.Max]
	}
	// The import is used even where nothing was rewritten.
	code += fmt.Sprintf("\nvar _ = &%s.Watching\n", probeName)
	s.content = []byte(code)
}

// Load is the call that loads the table of these sources into package probe.
func (r *Result) Load() []byte {
	b := []byte("probe.Load([]probe.Block{\n")
	for _, block := range r.Blocks {
		b = fmt.Appendf(b, "\t{File: %q, Line: %d, Last: %d},\n", block.File, block.Line, block.Last)
	}
	return fmt.Appendf(b, "}, %#v, %#v, %#v)\n", r.Numbers, r.Texts, r.Sites)
}
