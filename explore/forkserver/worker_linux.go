//go:build amd64 || arm64

package forkserver

import (
	"fmt"
	"os"
	"runtime"
	"syscall"

	"battle.test/battle"
	"battle.test/explore/probe"
)

// envWorker has the descriptor of the turn. It is set for workers alone.
const envWorker = "BATTLE_FORKSERVER_TURN"

// failed is the wait status of a run that failed, and of a worker that exits by itself:
// clients keep what ends by a signal.
const failed = uint32(syscall.SIGABRT)

// A worker runs tapes until it dies of one, or its client is gone.
type worker struct {
	hunt   *battle.Hunt
	client *client
	turn   *turn
	pid    uint32
	seen   []bool // blocks that this process has run
}

// work is the engine of a worker.
func work(h *battle.Hunt, turnFD int) error {
	os.Unsetenv(envWorker)
	t, err := mapTurn(turnFD)
	if err != nil {
		return fmt.Errorf("the server's turn: %w", err)
	}
	c, _, err := attach()
	if err != nil {
		return err
	}
	c.alone = runtime.GOMAXPROCS(0) == 1
	runtime.LockOSThread() // wakes up where it fell asleep
	w := &worker{hunt: h, client: c, turn: t, pid: uint32(os.Getpid()), seen: make([]bool, probe.Size)}
	t.ready()
	for {
		// The request says only whether the last run was killed.
		if _, err := c.receive(); err != nil {
			t.leave()
			return nil
		}
		if err := w.serve(); err != nil {
			t.leave()
			return nil // to whom?
		}
	}
}

// serve answers a request.
func (w *worker) serve() (err error) {
	w.turn.open()
	status := failed // if Run calls runtime.Goexit
	defer func() { err = w.answer(status) }()
	status = w.run()
	return nil
}

// run runs the client's tape, twice if the first time was special.
func (w *worker) run() (status uint32) {
	for again := true; again; again = w.discovers() {
		clear(probe.Counters[:probe.Size])
		w.client.operands.begin()
		status = 0
		if w.hunt.Run(w.client.tape()) {
			status = failed
		}
		w.client.operands.end()
	}
	return status
}

// discovers tells whether a block was run that this process had not run before.
func (w *worker) discovers() (news bool) {
	for i, n := range probe.Counters[:len(w.seen)] {
		if n != 0 && !w.seen[i] {
			w.seen[i], news = true, true
		}
	}
	return news
}

func (w *worker) answer(status uint32) error {
	w.client.coverage[0] = 1
	copy(w.client.coverage[1:], probe.Counters[:probe.Size])
	if w.turn.close() {
		return w.client.send(status)
	}
	return w.client.send(w.pid, status)
}
