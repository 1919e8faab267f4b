package main

import (
	"context"
	"os/exec"

	"battle.test/battle"
	"battle.test/cmd/battle/process"
)

// testCommand is a test binary's process that works for the command, and is to know when
// the command is gone.
func testCommand(ctx context.Context, binary string, args ...string) *exec.Cmd {
	cmd := process.Command(ctx, binary, append(args, "-test.timeout=0", "-test.paniconexit0")...)
	process.HearOut(cmd)
	if _, err := cmd.StdinPipe(); err == nil { // else Linux tells it
		cmd.Env = append(process.Environment(cmd), battle.EnvLine+"=stdin")
	}
	return cmd
}
