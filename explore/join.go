package explore

import (
	"cmp"
	"slices"
	"strings"
)

// Join is what several workers in one target come to. Bursts and pairs of updates are
// those of all, and a block is covered if it ran in any. The frontier is that of the
// worker that told most traits apart: as they exchange what they find, it has most of what
// the others have.
func Join(workers []Progress) Progress {
	sum := slices.MaxFunc(workers, func(a, b Progress) int { return cmp.Compare(a.Traits, b.Traits) })
	sum.Bursts, sum.Followed = 0, nil
	var covered Progress
	for _, p := range workers {
		sum.Bursts += p.Bursts
		sum.SinceNew = min(sum.SinceNew, p.SinceNew)
		sum.Followed = addMatrix(sum.Followed, p.Followed)
		covered.cover(p)
	}
	if len(covered.Files) > 0 { // else nobody has come to its last report
		sum.Files, sum.Unreached, sum.Blocks, sum.Covered = covered.Files, covered.Unreached, covered.Blocks, covered.Covered
	}
	return sum
}

// cover adds what ran in another worker.
func (p *Progress) cover(o Progress) {
	never := make(map[string]int)
	for _, at := range o.Unreached {
		never[at]++
	}
	p.Unreached = slices.DeleteFunc(slices.Clone(p.Unreached), func(at string) bool {
		if !o.entered(at) {
			return false
		}
		never[at]--
		return never[at] < 0
	})
	for _, at := range o.Unreached {
		if !p.entered(at) {
			p.Unreached = append(p.Unreached, at)
		}
	}
	for _, f := range o.Files {
		if !p.entered(f.File + ":") {
			p.Files = append(p.Files, f)
		}
	}
	p.Files, p.Blocks, p.Covered = slices.Clone(p.Files), 0, 0
	for i := range p.Files {
		f := &p.Files[i]
		f.Covered = f.Blocks
		for _, at := range p.Unreached {
			if fileOf(at) == f.File {
				f.Covered--
			}
		}
		p.Blocks += f.Blocks
		p.Covered += f.Covered
	}
}

// entered tells whether anything of the file ran that a block lies in.
func (p *Progress) entered(at string) bool {
	return slices.ContainsFunc(p.Files, func(f FileCoverage) bool { return f.File == fileOf(at) })
}

// fileOf is the file of a position.
func fileOf(at string) string { return at[:max(0, strings.LastIndexByte(at, ':'))] }

// addMatrix adds b to a, which may have no rows yet.
func addMatrix(a, b [][]uint64) [][]uint64 {
	for i, row := range b {
		if i == len(a) {
			a = append(a, make([]uint64, len(row)))
		}
		for j, n := range row {
			a[i][j] += n
		}
	}
	return a
}
