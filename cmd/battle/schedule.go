package main

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"battle.test/cmd/battle/instrument"
)

const schedulePath = "battle.test/explore/schedule"

// edited are the files that differ from those on disk in every binary of a package, by their
// full paths: those of the planted bug, and, if the package's tests have goroutines take
// turns, those with steps in them.
func (w *workshop) edited(ctx context.Context, pkg string) (map[string][]byte, error) {
	files, _, err := w.instrumented(ctx, pkg, nil)
	return files, err
}

// addSteps puts steps into the sources under test of a package whose tests import the
// package schedule. Files has what they are so far, and takes what they become.
func (w *workshop) addSteps(ctx context.Context, pkg string, files map[string][]byte) error {
	listed, err := w.listSubjects(ctx, pkg)
	if err != nil || !listed.takesTurns || len(listed.subjects) == 0 {
		return err
	}
	rewritten, err := instrument.Steps(ctx, w.dir, files, listed.subjects)
	if err != nil {
		return fmt.Errorf("putting steps into %s: %w", strings.Join(listed.subjects, " "), err)
	}
	maps.Copy(files, rewritten)
	return nil
}
