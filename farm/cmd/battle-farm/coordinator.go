package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"battle.test/farm/api"
	"battle.test/farm/broker"
	"battle.test/farm/coordinator"
	"battle.test/farm/store"
	"battle.test/farm/tree"
	"battle.test/farm/work"
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
	access, mend, stop, err := o.broker(ctx)
	if err != nil {
		return err
	}
	defer stop()
	c, err := o.open(ctx, access, checkout)
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	defer all.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	server := &http.Server{Handler: api.New(c), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() })
	all.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) && ctx.Err() == nil {
			say("-http: %v", err)
		}
	})
	all.Go(func() { o.mend(ctx, mend) })
	for i := range o.workers {
		all.Go(func() { o.tend(ctx, i, access) })
	}
	fmt.Printf("the farm of %s is at http://%s/\n", o.dir, listener.Addr())
	fmt.Printf("its state is in %s\n", o.state)
	fmt.Printf("another worker: battle-farm -join %s -creds %s\n", access.worker.URL, access.worker.Creds)
	return c.Run(ctx)
}

// sides are how both sides connect.
type sides struct{ coordinator, worker broker.Access }

// broker starts a server, or takes the one that was named. Mend looks after it.
func (o *options) broker(ctx context.Context) (at sides, mend func() (bool, error), stop func(), err error) {
	if o.nats != "" {
		access := o.access(o.nats)
		return sides{access, access}, func() (bool, error) { return false, nil }, func() {}, nil
	}
	var b *broker.Broker
	err = insist(ctx, "starting NATS", func() (err error) {
		b, err = broker.Start(broker.Options{Dir: o.state, Listen: o.listen, Cert: o.cert, Key: o.key, CA: o.ca, Log: say})
		return err
	})
	if err != nil {
		return at, nil, nil, err
	}
	return sides{b.Coordinator(), b.Worker()}, b.Mend, b.Stop, nil
}

// open connects, and reads what the farm knows.
func (o *options) open(ctx context.Context, at sides, checkout tree.Checkout) (c *coordinator.Coordinator, err error) {
	battle, err := o.command()
	if err != nil {
		return nil, err
	}
	conn, err := at.coordinator.Connect()
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, err
	}
	err = insist(ctx, "reading the state", func() error {
		s, err := store.Open(ctx, js, store.Options{Replicas: o.replicas})
		if err != nil {
			return err
		}
		q, err := work.Open(ctx, js, o.replicas)
		if err != nil {
			return err
		}
		c, err = coordinator.New(ctx, coordinator.Options{
			Checkout: checkout, Dir: filepath.Join(o.state, "sources"), Battle: battle, Weights: o.weights, Only: o.targets,
			Slice: o.slice, Poll: o.poll, Bisect: o.bisect, Vitals: o.watch(), Log: say,
		}, s, q)
		return err
	})
	return c, err
}

// insist does something until it is done or the context ends, and says once why it is not.
func insist(ctx context.Context, what string, do func() error) error {
	said := ""
	for {
		err := do()
		switch {
		case err == nil || ctx.Err() != nil:
			return errors.Join(err, ctx.Err())
		case err.Error() != said:
			said = err.Error()
			say("%s: %v; trying again", what, err)
		}
		pause(ctx, 2*time.Second)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
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
