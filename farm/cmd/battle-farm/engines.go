package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"battle.test/farm/driver"
)

// checkEngines says which of the named engines battle does not know: a worker would wait for
// work of theirs for ever. One that is not installed is shown on the page, with what to do.
func (o *options) checkEngines(ctx context.Context) error {
	if len(o.engines) == 0 {
		return nil
	}
	all, err := driver.Command{Path: o.battle}.Engines(ctx, o.dir)
	if err != nil {
		return err
	}
	var known []string
	for _, e := range all {
		known = append(known, e.Name)
	}
	for _, name := range o.engines {
		if !slices.Contains(known, name) {
			return fmt.Errorf("-engine: no engine %q: there are %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}

// tools are the folders that make tools writes to, of the module in a folder and of those around
// it, where battle finds them, too. The trees that are hunted in have no such folder: a build is
// what git knows, and an engine would be missing there that the checkout has.
func tools(dir string) (all []string) {
	for inner := ""; dir != inner; dir, inner = filepath.Dir(dir), dir {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			all = append(all, filepath.Join(dir, "bin"))
		}
	}
	return all
}
