package main

import (
	"fmt"
	"os"

	"battle.test/explore/probe"
)

// report writes the operands that were recorded to standard error.
func report() {
	for _, t := range probe.Made(func(c probe.Sited) {
		fmt.Fprintln(os.Stderr, c.Site, int64(c.A), int64(c.B))
	}) {
		fmt.Fprintf(os.Stderr, "%d %q %q\n", t.Site, t.A, t.B)
	}
}
