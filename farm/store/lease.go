package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// A Holder is who coordinates a farm.
type Holder struct {
	ID    string    `json:"id"` // of its folder, which one process has at a time
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// ErrLed is the error of a farm that another coordinates.
var ErrLed = errors.New("another coordinates this farm")

// ErrLost is the error of a lease that has run out, and may be another's by now.
var ErrLost = errors.New("the lease of this farm has run out")

// A Lease is a coordinator's hold of a farm. It runs out when it is not renewed for a while.
type Lease struct {
	table *Table[Holder]
	row   Row[Holder]
	ttl   time.Duration
}

// leaseKey is the record that all coordinators of a farm want.
const leaseKey = "coordinator"

// Lead takes the lease of a farm. The error wraps [ErrLed] while another has it. One with the
// same ID is an earlier process in the same folder, which is dead: its lease is taken over.
func (s *Store) Lead(ctx context.Context, who Holder) (*Lease, error) {
	l := &Lease{table: &s.leases, ttl: s.leaseTTL}
	var err error
	if l.row, err = s.leases.Get(ctx, leaseKey); err != nil {
		return nil, err
	}
	if now := l.row.Value; l.row.Revision > 0 && now.ID != who.ID {
		return nil, fmt.Errorf("%w: %s, since %s", ErrLed, now.Host, now.Since.Format(time.DateTime))
	}
	l.row.Value = who
	err = s.leases.Put(ctx, &l.row)
	if errors.Is(err, ErrChanged) {
		return nil, fmt.Errorf("%w: it was the first", ErrLed)
	}
	return l, err
}

// Keep renews the lease until the context ends, or the lease is lost: then the error wraps
// [ErrLost]. While the server can't be reached nothing can be written that would need a lease.
func (l *Lease) Keep(ctx context.Context) error {
	for {
		if err := l.renew(ctx); errors.Is(err, ErrLost) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(l.ttl / 5):
		}
	}
}

func (l *Lease) renew(ctx context.Context) error {
	err := l.table.Put(ctx, &l.row)
	if !errors.Is(err, ErrChanged) {
		return err
	}
	now, err := l.table.Get(ctx, leaseKey)
	switch {
	case err != nil:
		return err
	case now.Revision == 0 || now.Value.ID != l.row.Value.ID:
		return ErrLost
	}
	l.row = now // the acknowledgement of the last renewal was lost
	return nil
}

// Leave gives the lease back, for another to take it at once. One that was lost is another's.
func (l *Lease) Leave(ctx context.Context) {
	_ = l.table.kv.Purge(ctx, leaseKey, jetstream.LastRevision(l.row.Revision)) // else it runs out
}
