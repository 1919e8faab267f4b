package main

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"github.com/nats-io/nats.go/jetstream"

	"battle.test/farm/store"
	"battle.test/farm/work"
	"battle.test/farm/worker"
)

// work is a worker of a farm, until the context ends.
func (o *options) work(ctx context.Context) error {
	if err := o.hunt(ctx); ctx.Err() == nil {
		return err
	}
	return nil
}

// hunt joins the farm, and works until the context ends.
func (o *options) hunt(ctx context.Context) error {
	held, err := o.own(ctx)
	if err != nil {
		return err
	}
	defer held.Release()
	battle, err := o.command()
	if err != nil {
		return err
	}
	access := o.access(o.join)
	conn, err := access.Connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	var s *store.Store
	var q *work.Queue
	err = insist(ctx, "joining the farm", say, func() error {
		if s, err = store.Join(ctx, js); err == nil {
			q, err = work.Join(ctx, js)
		}
		return access.Why(conn, err)
	})
	if err != nil {
		return err
	}
	host, _ := os.Hostname()
	name := cmp.Or(o.name, fmt.Sprintf("%s-%d", host, os.Getpid()))
	say("worker %s at %s", name, o.join)
	vitals := o.watch()
	return worker.New(worker.Options{
		Name: name, Dir: o.state, Engines: o.engines, Battle: battle, Hold: vitals.Check,
		Log: func(format string, args ...any) { say(name+": "+format, args...) },
	}, s, q).Run(ctx)
}
