package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"battle.test/battle"
	"battle.test/cmd/battle/process"
)

// A sitting is one process of a job that hunts by turns, and keeps what it knows in between:
// see the turns of package battle.
type sitting struct {
	line  io.Writer // to the process
	turns int       // that were granted
	ended chan struct{}
	again bool // once it has ended: whether another makes sense
}

// sit starts a process, which waits for its first turn.
func (j *job) sit(ctx context.Context, w *workshop) *sitting {
	if !j.running() {
		j.set("hunting")
	}
	os.Remove(filepath.Join(j.dir, battle.TurnFile)) // of the process before
	in, line, err := os.Pipe()
	s := &sitting{line: line, ended: make(chan struct{})}
	if err != nil {
		j.fail(err.Error())
		close(s.ended)
		return s
	}
	go func() {
		defer close(s.ended)
		defer line.Close()
		defer in.Close()
		s.again = j.once(ctx, w, func(cmd *exec.Cmd) {
			cmd.Stdin = in
			cmd.Env = append(process.Environment(cmd), battle.EnvLine+"=turns")
		})
	}()
	return s
}

// turnLook is how often a process is asked whether its turn is over.
const turnLook = 5 * time.Millisecond

// turn grants the process of a job a turn, and waits for its end. A turn of no length is the
// last. It tells whether the process has ended.
func (s *sitting) turn(j *job, length time.Duration) (ended bool) {
	s.turns++
	_, _ = fmt.Fprintf(s.line, "%v\n", length) // if it fails, the process is ending
	look := time.NewTicker(turnLook)
	defer look.Stop()
	for {
		select {
		case <-s.ended:
			return true
		case <-look.C:
			if n, cpu := battle.ReadTurn(j.dir); n >= s.turns {
				j.mu.Lock()
				j.living = cpu
				j.mu.Unlock()
				return false
			}
		}
	}
}
