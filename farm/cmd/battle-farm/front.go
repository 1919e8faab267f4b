package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"battle.test/farm/dash"
)

// A front is what the farm serves over HTTP: what its coordinator knows, or, while there is
// none, why.
type front struct {
	name string // of what is hunted in
	now  atomic.Pointer[http.Handler]
}

func newFront(name string) *front {
	f := &front{name: name}
	f.hold("it is starting")
	return f
}

func (f *front) show(h http.Handler) { f.now.Store(&h) }

func (f *front) hold(why string) { f.show(dash.Waiting(f.name, why)) }

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) { (*f.now.Load()).ServeHTTP(w, r) }

// serve serves until the context ends.
func (f *front) serve(ctx context.Context, listener net.Listener) {
	server := &http.Server{Handler: f, ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { server.Close() })()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) && ctx.Err() == nil {
		say("-http: %v", err)
	}
}

// insist does something until it is done or the context ends, and shows meanwhile why it is
// not.
func (f *front) insist(ctx context.Context, what string, do func() error) error {
	return insist(ctx, what, func(format string, args ...any) {
		say(format, args...)
		f.hold(fmt.Sprintf(format, args...))
	}, do)
}

// insist does something until it is done or the context ends, and says once why it is not.
func insist(ctx context.Context, what string, say func(format string, args ...any), do func() error) error {
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
