package explore

import (
	"fmt"
	"slices"

	"battle.test/explore/probe"
)

// FileCoverage is the part of a file's blocks that ran.
type FileCoverage struct {
	File    string `json:"file"` // package path and file name
	Blocks  int    `json:"blocks"`
	Covered int    `json:"covered"`
}

// A coverage is what ran in any burst. Only the files of which something ran count: what
// else is in the binary is the subject of other targets.
type coverage struct {
	files []FileCoverage // in the order of their blocks
	ran   int            // blocks
	never []probe.Block
}

func (n *novelty) coverage(blocks []probe.Block) coverage {
	var c coverage
	index := make(map[string]int)
	for i, b := range blocks {
		at, known := index[b.File]
		if !known {
			at = len(c.files)
			index[b.File] = at
			c.files = append(c.files, FileCoverage{File: b.File})
		}
		c.files[at].Blocks++
		if n.ran(i) {
			c.files[at].Covered++
			c.ran++
		} else {
			c.never = append(c.never, b)
		}
	}
	entered := func(file string) bool { return c.files[index[file]].Covered > 0 }
	c.never = slices.DeleteFunc(c.never, func(b probe.Block) bool { return !entered(b.File) })
	c.files = slices.DeleteFunc(c.files, func(f FileCoverage) bool { return f.Covered == 0 })
	return c
}

func (n *novelty) ran(block int) bool {
	for bucket := range bucketCount {
		if n.blocks[block*bucketCount+bucket].hits > 0 {
			return true
		}
	}
	return false
}

// position is where a block is.
func position(b probe.Block) string { return fmt.Sprintf("%s:%d-%d", b.File, b.Line, b.Last) }
