package battle

import (
	"io"
	"os"
)

// exitAlone is the status of a process whose command is gone.
const exitAlone = 2

// hold ends the process when the command that has started it is gone, be it killed: nobody
// is left to wait for what it finds, and it might hunt for hours. Standard input tells. The
// command holds its other end, writes nothing, and lets go of it when it dies. What this
// process starts has an input of its own, and must not take the variable for its order.
func hold() {
	if os.Getenv(EnvLine) == "" {
		return
	}
	os.Unsetenv(EnvLine)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(exitAlone)
	}()
}
