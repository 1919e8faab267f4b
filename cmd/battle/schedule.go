package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
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
	takes, err := w.takesTurns(ctx, pkg)
	if err != nil || !takes {
		return err
	}
	listed, err := w.listSubjects(ctx, pkg)
	if err != nil || len(listed.subjects) == 0 {
		return err
	}
	rewritten, err := instrument.Steps(ctx, w.dir, files, listed.subjects)
	if err != nil {
		return fmt.Errorf("putting steps into %s: %w", strings.Join(listed.subjects, " "), err)
	}
	maps.Copy(files, rewritten)
	return nil
}

// takesTurns tells whether a package, or one of its tests, imports the package schedule.
func (w *workshop) takesTurns(ctx context.Context, pkg string) (bool, error) {
	output, err := goCommand(ctx, w.dir, nil, "list", "-json=Imports,TestImports,XTestImports", pkg)
	if err != nil {
		return false, err
	}
	var listed listedPackage
	if err := json.Unmarshal([]byte(output), &listed); err != nil {
		return false, fmt.Errorf("go list %s: %w", pkg, err)
	}
	return slices.Contains(slices.Concat(listed.Imports, listed.TestImports, listed.XTestImports), schedulePath), nil
}
