package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"

	"battle.test/farm/nightly"
	"battle.test/farm/tree"
)

var moduleLine = regexp.MustCompile(`(?m)^module\s+"?([^\s"]+)`)

// places say where what is hunted in lies in its repository. What can't be told is left out:
// then reports name packages instead of files.
func (o *options) places(ctx context.Context, checkout tree.Checkout) nightly.Places {
	p := nightly.Places{Name: filepath.Base(o.dir)}
	if prefix, err := checkout.Prefix(ctx); err == nil {
		p.Dir = prefix
	}
	if file, err := os.ReadFile(filepath.Join(o.dir, "go.mod")); err == nil {
		if found := moduleLine.FindSubmatch(file); found != nil {
			p.Module = string(found[1])
		}
	}
	return p
}
