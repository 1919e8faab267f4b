package main

import (
	"fmt"
	"path/filepath"
	"slices"
)

// AFL's processes that hunt in a target together have folders side by side, with names like
// 01-0002: the third process of the second worker. Of each other's folders they take in what
// is new to them: the first worker, AFL's main, of all, and all of the main's.

// aflShared is the folder that has those of a crew in it.
func aflShared(c crew) string { return filepath.Join(c[0].dir, "afl") }

// aflPlace is the folder for what the job's next process keeps, and the arguments that say
// so, and where it takes things in from.
func aflPlace(j *job) (out string, args []string) {
	earlier, worker := len(aflFolders(j)), slices.Index(j.crew, j)
	out = filepath.Join(j.dir, "afl", fmt.Sprintf("%04d", earlier))
	name := fmt.Sprintf("%02d-%04d", worker, earlier)
	switch {
	case len(j.crew) > 1 && worker > 0:
		return aflShared(j.crew), []string{"-S", name}
	case len(j.crew) > 1:
		out, args = aflShared(j.crew), []string{"-M", name}
	case len(j.foreign) > 0: // which are a main's to take in
		args = []string{"-M", "default"}
	}
	for _, dir := range j.foreign {
		args = append(args, "-F", dir)
	}
	return out, args
}

// aflFolders are where AFL's processes of a job put what they have, in their order.
func aflFolders(j *job) []string {
	pattern := filepath.Join(j.dir, "afl", "*", "default")
	if len(j.crew) > 1 {
		pattern = filepath.Join(aflShared(j.crew), fmt.Sprintf("%02d-*", slices.Index(j.crew, j)))
	}
	folders, _ := filepath.Glob(pattern)
	slices.Sort(folders)
	return folders
}
