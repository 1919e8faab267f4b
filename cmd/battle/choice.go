package main

import (
	"fmt"
	"os"
	"strings"
)

// Targets are chosen by name, and by the packages that they are in. Both may stand on the
// command line as they are: battle hunt cluster ./fuzz.

// choose tells the names of targets among the words of a command line from packages. A package
// has a dot or a slash in it, as ./fuzz, ... and an import path have; a target has neither. names
// are those that were named otherwise.
func choose(words, names []string) (packages, targets []string) {
	targets = names
	for _, word := range words {
		if strings.ContainsAny(word, `./\`) {
			packages = append(packages, word)
		} else {
			targets = append(targets, word)
		}
	}
	return packages, targets
}

// meant adds to the error of a name that no target has how a folder of that name is written.
func (w *workshop) meant(names []string, err error) error {
	for _, name := range names {
		info, statErr := os.Stat(from(w.dir, name))
		if statErr == nil && info.IsDir() && strings.Contains(err.Error(), noTarget(name)) {
			return fmt.Errorf("%w\nthe package in the folder %s is ./%s", err, name, name)
		}
	}
	return err
}

func noTarget(name string) string { return fmt.Sprintf("no target %q", name) }
