package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
)

type enginesCommand struct {
	JSON bool `help:"Print JSON."`
}

// A listedEngine is an engine in the JSON of the command.
type listedEngine struct {
	Name    string `json:"engine"`
	Missing string `json:"missing,omitempty"` // how to install what it needs and is not there
}

func (c *enginesCommand) Run(ctx context.Context, line *commandLine) error {
	root, err := moduleRoot(ctx, line.Dir)
	if errors.Is(err, errNoModule) { // a worker of a farm has none where it is started
		root, err = filepath.Abs(line.Dir)
	}
	if err != nil {
		return err
	}
	all := []listedEngine{}
	for _, e := range engines {
		all = append(all, listedEngine{e.name(), e.missing(root)})
	}
	if c.JSON {
		return printJSON(all)
	}
	for _, e := range all {
		state := "installed"
		if e.Missing != "" {
			state = "missing: " + e.Missing
		}
		fmt.Printf("%-10s %s\n", e.Name, state)
	}
	return nil
}
