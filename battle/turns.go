package battle

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Turns are how a process hunts that shares a machine with others, and rests while they
// have theirs. The command grants one by a line on standard input: how much CPU time it may
// take, a Go duration, that of its start included; 0s ends the hunt. When a turn is over, the
// process says so in a file, see [ReadTurn], and waits for the next. It keeps all that it
// knows, and what it waits in is between two runs.
type turns struct {
	granted <-chan time.Duration
	dir     string
	ended   int           // turns
	until   time.Duration // CPU time of the process at which the present one ends
	latest  time.Time     // it ends then, too: a subject may sleep
	look    time.Time     // it can't have ended before: CPU time need not be read
	last    bool          // there is no further
}

// await waits for a turn.
func (t *turns) await() {
	turn := <-t.granted
	t.last = turn == 0
	t.until, t.latest, t.look = turn, time.Now().Add(sleepsMax*turn), time.Time{}
	if t.ended > 0 {
		t.until += cpuTime()
	}
}

// over tells whether the present turn is. To read the CPU time takes as long as many a run, and
// on so many cores it passes no more than so many times as fast as that of the clock.
func (t *turns) over() bool {
	if t.last {
		return false
	}
	now := time.Now()
	if now.Before(t.look) {
		return false
	}
	left := t.until - cpuTime()
	t.look = now.Add(left / time.Duration(runtime.NumCPU()))
	return left <= 0 || now.After(t.latest)
}

// rest ends the present turn, and waits for the next.
func (t *turns) rest() error {
	t.ended++
	if err := writeWhole(filepath.Join(t.dir, TurnFile), fmt.Appendf(nil, "%d %d\n", t.ended, cpuTime())); err != nil {
		return err
	}
	t.await()
	return nil
}

// exitAlone is the status of a process whose command is gone.
const exitAlone = 2

// TurnFile is the file in the exchange folder in which a process tells of its turns, for
// [ReadTurn]. It is that of the process that was there last.
const TurnFile = "turn"

// ReadTurn says how many turns the process in an exchange folder has ended, and how much CPU
// time it has had by then. It is 0 if there is no such file yet.
func ReadTurn(dir string) (ended int, cpu time.Duration) {
	content, err := os.ReadFile(filepath.Join(dir, TurnFile))
	if err != nil {
		return 0, 0
	}
	if _, err := fmt.Sscan(string(content), &ended, (*int64)(&cpu)); err != nil {
		return 0, 0
	}
	return ended, cpu
}

// hold ends the process when the command that has started it is gone, be it killed: nobody
// is left to wait for what it finds, and it might hunt for hours. Standard input tells. The
// command holds its other end, and lets go of it when it dies. What this process starts has
// an input of its own, and must not take the variable for its order.
//
// It returns the turns that are granted.
func (o orders) hold() (granted <-chan time.Duration) {
	if os.Getenv(EnvLine) == "" {
		return nil
	}
	os.Unsetenv(EnvLine)
	all := make(chan time.Duration)
	go func() {
		for lines := bufio.NewReader(os.Stdin); ; {
			line, err := lines.ReadString('\n')
			if err != nil {
				os.Exit(exitAlone)
			}
			turn, err := time.ParseDuration(strings.TrimSpace(line))
			if err != nil || turn < 0 {
				fmt.Fprintf(os.Stderr, "battle: standard input has %q, want a turn like 50ms\n", line)
				os.Exit(exitAlone)
			}
			all <- turn
		}
	}()
	return all
}
