//go:build unix

package driver

import (
	"os/exec"
	"syscall"
)

// ownGroup makes the command the first of a group, so that a terminal's Ctrl-C reaches the
// farm alone, which then ends its children in order. Where the system can do that, it kills
// the command when the farm is killed.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
}

func interrupt(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }

// killGroup kills what is left of the group. Most often nothing is.
func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
