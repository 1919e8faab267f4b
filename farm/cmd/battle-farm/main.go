// Battle-farm hunts for months: all targets of a git checkout, with all engines that are
// installed, on this machine or on many.
//
//	battle-farm                       a farm for the checkout in this folder, with workers on all cores
//	battle-farm -join nats://host:port -creds worker.creds
//	                                  a worker for a farm elsewhere
//
// Its state is on disk, whatever kills it. Ctrl-C ends it in order. Exit status: 0 it was told
// to end, 2 the command line or the machine kept it from beginning.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"battle.test/farm/broker"
)

func main() {
	o, err := parse(os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintln(os.Stderr, "battle-farm:", err)
		os.Exit(2)
	}
	if o.permissions {
		fmt.Print(broker.WorkerPermissions())
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	if o.tied {
		ctx = tie(ctx, os.Stdin)
	}
	switch err = o.checkEngines(ctx); {
	case err != nil:
	case o.join != "":
		err = o.work(ctx)
	default:
		err = o.coordinate(ctx)
	}
	if err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "battle-farm:", err)
		os.Exit(2)
	}
}
