//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// ownGroup makes the process the first of a group, so that a signal reaches all that it
// starts, and a terminal's Ctrl-C reaches the command alone. On Linux it ends with the
// command.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	endWithCommand(cmd.SysProcAttr)
}

func interruptGroup(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }

// killGroup kills what is left of the group. Most often nothing is.
func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
