package main

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"battle.test/explore/probe"
)

// A ground is all code that can be covered, by file. Binaries of several packages may have
// the same file in them: its blocks are the same ones, in the same order, in each.
type ground struct {
	files  map[string][]plot
	opened map[string]bool // packages of which something ran
}

// A plot is a block and how many traces ran it.
type plot struct {
	span
	traces int
}

func newGround() *ground {
	return &ground{files: make(map[string][]plot), opened: make(map[string]bool)}
}

// add takes in the blocks of a binary, and how many traces ran each.
func (g *ground) add(blocks []probe.Block, runs []int) {
	at := make(map[string]int) // of the next block of a file
	for i, b := range blocks {
		plots := g.files[b.File]
		if at[b.File] == len(plots) {
			plots = append(plots, plot{span: span{b.Line, b.Last}})
			g.files[b.File] = plots
		}
		plots[at[b.File]].traces += runs[i]
		at[b.File]++
		if runs[i] > 0 {
			g.opened[path.Dir(b.File)] = true
		}
	}
}

// A portion is the part of some blocks that ran.
type portion struct {
	Blocks  int     `json:"blocks"`
	Covered int     `json:"covered"`
	Share   float64 `json:"share"` // from 0 to 1
}

func (p *portion) add(blocks, covered int) {
	p.Blocks, p.Covered = p.Blocks+blocks, p.Covered+covered
	p.Share = float64(p.Covered) / float64(max(1, p.Blocks))
}

// A coveredPackage is the coverage of a package of which something ran.
type coveredPackage struct {
	Package string `json:"package"`
	portion
	Files []coveredFile `json:"files"`
}

// A coveredFile is the coverage of a source.
type coveredFile struct {
	Name string `json:"file"`
	portion
	Never []string `json:"never"` // line-line of blocks that never ran
}

// packages are those of which something ran, with all their files: in a package under test,
// a file that no trace gets to is news.
func (g *ground) packages() []coveredPackage {
	byName := make(map[string]*coveredPackage)
	for file, plots := range g.files {
		dir := path.Dir(file)
		if !g.opened[dir] {
			continue
		}
		p := byName[dir]
		if p == nil {
			p = &coveredPackage{Package: dir}
			byName[dir] = p
		}
		f := coveredFile{Name: path.Base(file), Never: []string{}}
		for _, one := range plots {
			if one.traces > 0 {
				f.add(1, 1)
			} else {
				f.add(1, 0)
				f.Never = append(f.Never, fmt.Sprintf("%d-%d", one.first, one.last))
			}
		}
		p.add(f.Blocks, f.Covered)
		p.Files = append(p.Files, f)
	}
	all := []coveredPackage{}
	for _, p := range byName {
		slices.SortFunc(p.Files, func(a, b coveredFile) int { return strings.Compare(a.Name, b.Name) })
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b coveredPackage) int { return strings.Compare(a.Package, b.Package) })
	return all
}

// A coveredLine is a line of a source as it is shown.
type coveredLine struct {
	Number int
	Text   string
	Code   bool // it is of a block
	Never  bool // a block that it is of never ran
	Traces int  // that ran it: the most of its blocks
}

// lines marks those of a source. A line that is the border of a block ran if the code
// around it did.
func lines(source []string, plots []plot) []coveredLine {
	all := make([]coveredLine, 0, len(source))
	for i, text := range source {
		text = strings.ReplaceAll(strings.TrimRight(text, " \t\r"), "\t", "    ")
		all = append(all, coveredLine{Number: i + 1, Text: cut(text, excerptLineMax)})
	}
	for _, one := range plots {
		for n := max(1, one.first); n <= min(one.last, len(source)); n++ {
			l := &all[n-1]
			if onlyBorder(source[n-1], n, one.span) && one.traces == 0 {
				continue
			}
			if strings.TrimSpace(source[n-1]) == "" {
				continue
			}
			l.Code, l.Traces = true, max(l.Traces, one.traces)
			l.Never = l.Never || one.traces == 0
		}
	}
	if n := len(all); n > 0 && all[n-1].Text == "" { // behind the last line's end
		all = all[:n-1]
	}
	return all
}
