package main

import (
	"fmt"
	"os"
	"time"
)

const (
	stageQuiet = 2 * time.Second // a step that takes no longer is not worth a word
	stageEvery = 10 * time.Second
)

// during says on standard error what the command is at, once it takes longer than two
// seconds, and for how long by now. Call end when the step is over.
func during(what string) (end func()) {
	began, over := time.Now(), make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for wait := stageQuiet; ; wait = stageEvery {
			select {
			case <-over:
				return
			case <-time.After(wait):
			}
			fmt.Fprintf(os.Stderr, "%s (%.0f s)\n", what, time.Since(began).Seconds()) // in front of a line is the time of a hunt
		}
	}()
	return func() { close(over); <-ended }
}
