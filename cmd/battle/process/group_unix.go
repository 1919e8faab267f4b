//go:build unix

package process

import (
	"os/exec"
	"syscall"
)

// lead makes the process the first of a group, so that a signal reaches all that it starts, and
// a terminal's Ctrl-C reaches the parent alone, which then ends its children in order.
func lead(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	endWithParent(cmd.SysProcAttr)
}

// Interrupt tells a process, and all of its group, to stop.
func Interrupt(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }

// Kill kills what is left of a process's group. Most often nothing is.
func Kill(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
