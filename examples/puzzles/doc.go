// Package puzzles is the tasks that engines are compared by: targets, each with a
// finding that is hard to come by, in a way of its own. battle bench lets every engine
// loose on them.
//
//	target                       what it takes
//	lock-10, lock-20             one right key after the other, of 16
//	path                         values that the code compares with
//	maze-small, maze-large       a way of many steps; -reach: with t.Reach for each cell
//	radix, deque,                structures that are rare: the containers have a fault,
//	byte-queue, btree            marked THE FAULT, that shows in nothing else
//	platform-1, platform-2       thousands of frames of a game, played to the end
//	vault                        two engines, of which each does what the other can't
//
// A subject is a package of its own, so that engines that measure coverage see it and
// not the harness; the vault's is in both. The tests solve each task once, so that it is known to be solvable.
package puzzles
