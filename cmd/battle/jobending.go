package main

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"battle.test/battle"
	"battle.test/cmd/battle/process"
	"battle.test/explore/forkserver"
)

// judge says what it means that a process ended with an error.
func (j *job) judge(err error, output string, deaths []death) (again bool, found []death) {
	var exit *exec.ExitError
	switch {
	case j.engine.name() == forkserver.Name: // it does not die of what it runs
		if len(j.findings())+len(j.read("pending")) == 0 {
			j.fail(fmt.Sprintf("%v\n%s", err, process.Tail(output)))
		}
		return false, nil
	case j.notesOnly() && j.stopFirst && len(j.read("pending")) > 0:
		return false, nil // it was told to stop
	case errors.As(err, &exit) && exit.ExitCode() == battle.ExitRestart, restarts(output), len(j.read("pending")) > 0 && !j.notesOnly():
		return true, nil // a hang, written down already, be it in the middle of minimising: Go's fuzzer waits for 10 s only
	case strings.Contains(output, "context deadline exceeded"):
		return j.inCPU, nil // golang/go#75804: the end of -fuzztime, not a finding
	case len(deaths) > 0:
		return true, deaths
	case exit == nil:
		j.fail(err.Error())
		return false, nil
	case saysFault(output) || j.lastTape() == nil:
		j.fail(fmt.Sprintf("%v\n%s", err, process.Tail(output)))
		return false, nil
	}
	return true, []death{{j.lastTape(), output, err}}
}

// restarts tells whether an engine says of a process of its own that it hung, and has
// written that down.
func restarts(output string) bool {
	return strings.Contains(output, fmt.Sprintf("exit status %d", battle.ExitRestart))
}

// saysFault tells a process that reports what is wrong with the harness from one that
// was killed: the testing package, or the library, has the last word in the first.
func saysFault(output string) bool {
	if strings.Contains(output, "terminated unexpectedly") {
		return false // Go's fuzzer says so of its worker
	}
	return strings.Contains(output, "--- FAIL") || strings.Contains(output, "battle: ")
}
