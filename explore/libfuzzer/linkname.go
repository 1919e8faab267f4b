//go:build libfuzzer

package libfuzzer

import _ "unsafe" // for linkname

// main is the main function of the test binary, which an archive has and does not call.
//
//go:linkname main main.main
func main()

// exitHook is exithook.Hook: what os.Exit calls before it ends the process.
type exitHook struct {
	call      func()
	onFailure bool
}

// addExitHook is out of the reach of programs that are linked without -checklinkname=0.
//
//go:linkname addExitHook internal/runtime/exithook.Add
func addExitHook(exitHook)
