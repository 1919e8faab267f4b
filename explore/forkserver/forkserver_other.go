//go:build !(linux && (amd64 || arm64))

package forkserver

import (
	"fmt"
	"os"
	"runtime"

	"battle.test/battle"
)

// Engine ends the process: the protocol needs what Linux has.
func Engine(*battle.Hunt) {
	fmt.Fprintf(os.Stderr, "battle: engine %s runs on Linux on amd64 or arm64, not on %s/%s\n", Name, runtime.GOOS, runtime.GOARCH)
	os.Exit(2)
}
