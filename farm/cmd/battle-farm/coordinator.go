package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"battle.test/farm/broker"
	"battle.test/farm/lock"
	"battle.test/farm/tree"
)

// coordinate is a farm, until the context ends.
func (o *options) coordinate(ctx context.Context) error {
	checkout := tree.Checkout{Dir: o.dir, Branch: o.branch, Fetch: o.fetch}
	if _, err := checkout.Top(ctx); err != nil {
		return fmt.Errorf("a farm follows a git checkout: %w", err)
	}
	listener, err := net.Listen("tcp", o.http)
	if err != nil {
		return fmt.Errorf("-http: %w", err)
	}
	defer listener.Close()
	held, err := o.own(ctx)
	if err != nil {
		return err
	}
	defer held.Release()
	fmt.Printf("the farm of %s is at http://%s/\n", o.dir, listener.Addr())
	fmt.Printf("its state is in %s\n", o.state)
	var all sync.WaitGroup
	defer all.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	front := newFront(filepath.Base(o.dir))
	all.Go(func() { front.serve(ctx, listener) })
	access, mend, stop, err := o.broker(ctx, front)
	if err != nil {
		return err
	}
	defer stop()
	all.Go(func() { o.mend(ctx, mend) })
	for i := range o.workers {
		all.Go(func() { o.tend(ctx, i, access) })
	}
	fmt.Println("another worker:", o.joinLine(access))
	return o.lead(ctx, access.coordinator, checkout, front)
}

// own takes the folder of state. Who was killed may have it for a moment longer: by a child
// that it was about to start, or, if it is a worker of a farm that is back already, by itself
// while it ends.
func (o *options) own(ctx context.Context) (held *lock.Lock, err error) {
	err = insist(ctx, "taking the folder of state (another needs its own: -state)", say, func() error {
		held, err = lock.Take(o.state)
		return err
	})
	return held, err
}

// sides are how both sides connect, and the URL that workers of other machines join.
type sides struct {
	coordinator, worker broker.Access
	join                string
}

// joinLine is what to type for a worker elsewhere. With the coordinator's own credentials it
// could write findings and the corpus: those are not for others.
func (o *options) joinLine(at sides) string {
	line := "battle-farm -join " + at.join
	switch {
	case at.worker.Creds == "":
		return line
	case at.worker.Creds == at.coordinator.Creds:
		return line + " -creds FILE, of a user that may do what battle-farm -worker-permissions prints; give this farm that file, too, as -worker-creds"
	}
	return line + " -creds " + at.worker.Creds
}

// broker starts a server, or takes the one that was named. Mend looks after it.
func (o *options) broker(ctx context.Context, front *front) (at sides, mend func() (bool, error), stop func(), err error) {
	if o.nats != "" {
		coordinator, worker := o.access(o.nats), o.access(o.nats)
		worker.Creds = cmp.Or(o.workerCreds, o.creds)
		return sides{coordinator, worker, o.nats}, func() (bool, error) { return false, nil }, func() {}, nil
	}
	var b *broker.Broker
	err = front.insist(ctx, "starting NATS", func() (err error) {
		b, err = broker.Start(broker.Options{Dir: o.state, Listen: o.listen, Cert: o.cert, Key: o.key, CA: o.ca, Log: say})
		return err
	})
	if err != nil {
		return at, nil, nil, err
	}
	return sides{b.Coordinator(), b.Worker(), b.URL()}, b.Mend, b.Stop, nil
}

// mend starts the server again when the disk has room again.
func (o *options) mend(ctx context.Context, mend func() (bool, error)) {
	vitals := o.watch()
	for ctx.Err() == nil {
		pause(ctx, 5*time.Second)
		if ctx.Err() != nil || vitals.Check() != "" {
			continue
		}
		if had, err := mend(); err != nil {
			say("starting NATS again: %v", err)
		} else if had {
			say("NATS had given up its state, and was started again")
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// folder is where a worker of this machine keeps its things.
func (o *options) folder(i int) string { return filepath.Join(o.state, "workers", fmt.Sprint(i+1)) }

// hostName is the machine's name, or something in its place.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return "here"
	}
	return name
}
