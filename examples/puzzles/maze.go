package puzzles

import (
	"battle.test/battle"
	"battle.test/examples/puzzles/maze"
)

// Way is one of the four ways out of a cell.
type Way uint8

// String names the way.
func (w Way) String() string { return [...]string{"up", "right", "down", "left"}[w] }

// Walk walks a cell on.
type Walk struct {
	Way Way `draw:"0..3"`
}

// A walk is a maze, and whether its cells are told apart with t.Reach.
type walk struct {
	maze    *maze.Maze
	reaches bool
}

// Apply implements battle.Update.
func (u *Walk) Apply(t *battle.T, w *walk) {
	w.maze.Go(int(u.Way))
	if w.reaches {
		t.Reach("cell", uint64(w.maze.At()))
	}
	if w.maze.Out() {
		t.Errorf("out of the maze")
	}
}

// The mazes. Those named Reach tell the explorer which cell they are in.
var (
	MazeSmall      = mazeOf("maze-small", 6, 4, false)
	MazeSmallReach = mazeOf("maze-small-reach", 6, 4, true)
	MazeLarge      = mazeOf("maze-large", 24, 12, false)
	MazeLargeReach = mazeOf("maze-large-reach", 24, 12, true)
)

func mazeOf(name string, across, down int, reaches bool) battle.Target[*walk] {
	return battle.Target[*walk]{
		Name: name,
		New:  func() *walk { return &walk{maze.New(across, down), reaches} },
		Ops:  battle.Ops(battle.Op[*Walk](1)),
	}
}
