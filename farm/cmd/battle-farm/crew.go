package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// restWorker is how long a worker that died is left alone, and at most after it died over and
// over.
const (
	restWorker    = time.Second
	restWorkerMax = time.Minute
)

// tend starts a worker on this machine, and again whenever it dies.
func (o *options) tend(ctx context.Context, i int, at sides) {
	rest := restWorker
	for ctx.Err() == nil {
		began := time.Now()
		err := o.runWorker(ctx, i, at)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > restWorkerMax {
			rest = restWorker
		}
		say("worker %d ended (%v): starting it again in %v", i+1, err, rest)
		pause(ctx, rest)
		rest = min(2*rest, restWorkerMax)
	}
}

// runWorker runs a worker as a process of its own: what kills it leaves the farm. Its standard
// input is a pipe that nothing is written to: it ends with the farm, whatever that dies of.
func (o *options) runWorker(ctx context.Context, i int, at sides) error {
	own, err := os.Executable()
	if err != nil {
		return err
	}
	args := []string{"-tied", "-join", at.worker.URL, "-creds", at.worker.Creds, "-tls-ca", at.worker.CA, "-tls-cert", at.worker.Cert, "-tls-key", at.worker.Key,
		"-C", o.dir, "-state", o.folder(i), "-name", fmt.Sprintf("%s-%d", hostName(), i+1), "-battle", o.battle,
		"-disk-min", fmt.Sprint(o.diskMin), "-memory-min", fmt.Sprint(o.memoryMin)}
	if len(o.engines) > 0 {
		args = append(args, "-engine", o.engines.String())
	}
	cmd := exec.CommandContext(ctx, own, args...)
	cmd.Stderr = os.Stderr
	input, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	defer input.Close()
	cmd.Cancel = func() error { return input.Close() }
	cmd.WaitDelay = 15 * time.Second
	return cmd.Run()
}
