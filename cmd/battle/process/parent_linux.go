package process

import "syscall"

// endWithParent makes the process end with its parent, be that killed. See Run for the thread.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
