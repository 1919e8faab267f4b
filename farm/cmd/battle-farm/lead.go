package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"battle.test/farm/broker"
	"battle.test/farm/coordinator"
	"battle.test/farm/dash"
	"battle.test/farm/store"
	"battle.test/farm/tree"
	"battle.test/farm/work"
)

// lead coordinates the farm whenever it has the lease, until the context ends. While another
// has it, this one stands by: its workers work all the same.
func (o *options) lead(ctx context.Context, at broker.Access, checkout tree.Checkout, front *front) error {
	id, err := o.identity()
	if err != nil {
		return err
	}
	conn, err := at.Connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	for {
		var s *store.Store
		var lease *store.Lease
		err := front.insist(ctx, "taking the lead", func() (err error) {
			if s, err = store.Open(ctx, js, store.Options{Replicas: o.replicas}); err == nil {
				lease, err = s.Lead(ctx, store.Holder{ID: id, Host: hostName(), Since: time.Now().UTC()})
			}
			return at.Why(conn, err)
		})
		if err != nil {
			return err
		}
		if err := o.run(ctx, js, s, lease, checkout, front); !errors.Is(err, store.ErrLost) {
			return err
		}
		say("%v: reading the state anew", store.ErrLost)
		front.hold(store.ErrLost.Error())
	}
}

// run coordinates the farm until the context ends, or the lease is lost: what is in memory may
// no longer be so then.
func (o *options) run(ctx context.Context, js jetstream.JetStream, s *store.Store, lease *store.Lease, checkout tree.Checkout, front *front) error {
	leading, lose := context.WithCancelCause(ctx)
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		lose(lease.Keep(leading))
	}()
	c, err := o.open(leading, js, s, checkout, front)
	if err == nil {
		front.show(dash.New(c, dash.Options{Places: o.places(ctx, checkout)}))
		stop := o.tell(leading, c)
		err = c.Run(leading)
		stop()
	}
	lose(err)
	<-kept
	if errors.Is(context.Cause(leading), store.ErrLost) {
		return store.ErrLost
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	lease.Leave(last)
	return err
}

// open reads what the farm knows.
func (o *options) open(ctx context.Context, js jetstream.JetStream, s *store.Store, checkout tree.Checkout, front *front) (c *coordinator.Coordinator, err error) {
	battle, err := o.command()
	if err != nil {
		return nil, err
	}
	err = front.insist(ctx, "reading the state", func() error {
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

// identity is the name of the folder of state, which one process has at a time: what was
// leased to it by the name is this process's.
func (o *options) identity() (string, error) {
	path := filepath.Join(o.state, "identity")
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(content) == 0 {
		content = []byte(rand.Text())
		err = os.WriteFile(path, content, 0o600)
	}
	return string(content), err
}
