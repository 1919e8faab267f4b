//go:build amd64 || arm64

package forkserver

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"battle.test/battle"
)

// Engine serves the client that has started the process, until it is gone. It is for
// [battle.Register].
func Engine(h *battle.Hunt) {
	err := error(nil)
	if fd, fails := strconv.Atoi(os.Getenv(envWorker)); fails == nil {
		err = work(h, fd)
	} else {
		err = serve(h)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "battle: %s: %v\n", Name, err)
		os.Exit(2)
	}
}

// A server looks after one worker after the other.
type server struct {
	hunt     *battle.Hunt
	client   *client
	turn     *turn
	turnFile *os.File
	parent   int // the client's process
	stop     chan os.Signal
}

// lookEvery is how long a run may take before the client learns what to kill.
const lookEvery = 20 * time.Millisecond

func serve(h *battle.Hunt) error {
	// A worker dies with the thread that started it.
	runtime.LockOSThread()
	c, code, err := attach()
	if err != nil {
		if c != nil {
			c.refuse(code)
		}
		return err
	}
	t, file, err := newTurn()
	if err != nil {
		return err
	}
	s := &server{hunt: h, client: c, turn: t, turnFile: file, parent: os.Getppid(), stop: make(chan os.Signal, 1)}
	signal.Notify(s.stop, syscall.SIGTERM)
	if err := c.greet(dictionary(h)); err != nil {
		return err
	}
	for {
		again, err := s.tend()
		if !again || err != nil {
			return err
		}
	}
}

// tend starts a worker, and looks after it until it is dead. It tells whether to start
// another.
func (s *server) tend() (again bool, err error) {
	s.turn.word.Store(0)
	var words lastWords
	w := exec.Command("/proc/self/exe")
	w.Args = os.Args
	w.Env = append(os.Environ(), envWorker+"=3")
	w.ExtraFiles = []*os.File{s.turnFile}
	w.Stderr = &words
	w.WaitDelay = time.Second // for what it has started
	w.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := w.Start(); err != nil {
		return false, fmt.Errorf("starting a worker: %w", err)
	}
	died := make(chan error, 1)
	go func() { died <- w.Wait() }()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for before := uint64(0); ; {
		select {
		case err := <-died:
			return s.bury(w, words.text, err)
		case <-s.stop:
			err = syscall.Kill(w.Process.Pid, syscall.SIGKILL)
			<-died
			return false, err
		case <-look.C:
		}
		if os.Getppid() != s.parent {
			_ = w.Process.Kill()
			<-died
			return false, nil
		}
		now := s.turn.word.Load()
		if now == before && s.turn.claim(now) {
			err := s.client.send(uint32(w.Process.Pid))
			s.turn.announced()
			if err != nil {
				_ = w.Process.Kill()
			}
		}
		before = now
	}
}

// bury answers for a worker that died.
func (s *server) bury(w *exec.Cmd, words []byte, died error) (again bool, err error) {
	word := s.turn.word.Load()
	switch {
	case word == left:
		return false, nil
	case word == 0:
		return false, fmt.Errorf("a worker died before its first run: %v\n%s", died, words)
	case phase(word) == closed:
		return true, nil // between two runs: nobody asks
	}
	status, isUnix := w.ProcessState.Sys().(syscall.WaitStatus)
	if !isUnix {
		return false, errors.New("no wait status of a worker")
	}
	answer := []uint32{uint32(status)}
	if !status.Signaled() {
		answer[0] = failed
	}
	s.client.coverage[0] = 1
	if w.ProcessState.ExitCode() != battle.ExitRestart && status.Signal() != syscall.SIGTERM {
		key := s.hunt.Died(s.client.tape(), words, died)
		hash := fnv.New32a()
		hash.Write([]byte(key))
		s.client.coverage[1+int(hash.Sum32()%uint32(len(s.client.coverage)-1))] = 1
	}
	if phase(word) == open {
		answer = append([]uint32{uint32(w.Process.Pid)}, answer...)
	}
	return true, s.client.send(answer...)
}

// lastWords are the end of what a process writes. One of so much that its beginning is
// lost, is no worse for it: Go's runtime says first why it ends.
type lastWords struct{ text []byte }

const wordsMax = 256 << 10

func (l *lastWords) Write(b []byte) (int, error) {
	l.text = append(l.text, b...)
	if more := len(l.text) - wordsMax; more > 0 {
		l.text = append(l.text[:0], l.text[more:]...)
	}
	return len(b), nil
}
