package main

import "syscall"

// endWithCommand makes the process end with the command, be that killed. Linux goes by the
// thread that has started it, which must not end before: see run.
func endWithCommand(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
