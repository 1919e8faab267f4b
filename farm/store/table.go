package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// ErrChanged is the error of a change to a record that is not what was read: another came
// before, or made it first.
var ErrChanged = errors.New("the record has changed meanwhile")

// A Table is a bucket of records of one type, as JSON. It may be used by several goroutines.
type Table[V any] struct {
	kv      jetstream.KeyValue
	foreign bool // others write here, too: what can't be read is passed over
}

// A Row is a record and the revision of it that was read. Revision 0 is a record that is not
// there yet.
type Row[V any] struct {
	Key      string
	Revision uint64
	Value    V
}

// Get reads a record. If there is none, the row has revision 0 and the error is nil.
func (t *Table[V]) Get(ctx context.Context, key string) (Row[V], error) {
	row := Row[V]{Key: key}
	entry, err := t.kv.Get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return row, nil
	}
	if err != nil {
		return row, fmt.Errorf("reading %s/%s: %w", t.kv.Bucket(), key, err)
	}
	return t.row(entry)
}

func (t *Table[V]) row(entry jetstream.KeyValueEntry) (Row[V], error) {
	row := Row[V]{Key: entry.Key(), Revision: entry.Revision()}
	if err := json.Unmarshal(entry.Value(), &row.Value); err != nil {
		return row, fmt.Errorf("%s/%s, revision %d: %w", t.kv.Bucket(), entry.Key(), entry.Revision(), err)
	}
	return row, nil
}

// Put writes a record over the revision that was read, or makes it. It is on disk when Put
// returns, and the row has its new revision. The error is [ErrChanged] if it has changed
// since, or is there already.
func (t *Table[V]) Put(ctx context.Context, row *Row[V]) error {
	document, err := json.Marshal(row.Value)
	if err != nil {
		return err
	}
	// A new record follows the marker of one that was deleted, if there was one, which Create
	// sees to.
	var revision uint64
	if row.Revision == 0 {
		revision, err = t.kv.Create(ctx, row.Key, document)
	} else {
		revision, err = t.kv.Update(ctx, row.Key, document, row.Revision)
	}
	var refused *jetstream.APIError
	switch {
	case errors.As(err, &refused) && (refused.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || refused.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant), errors.Is(err, jetstream.ErrKeyExists):
		return fmt.Errorf("%s/%s at revision %d: %w", t.kv.Bucket(), row.Key, row.Revision, ErrChanged)
	case err != nil:
		return fmt.Errorf("writing %s/%s: %w", t.kv.Bucket(), row.Key, err)
	}
	row.Revision = revision
	return nil
}

// Set writes a record, whatever was there.
func (t *Table[V]) Set(ctx context.Context, key string, value V) error {
	document, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if _, err := t.kv.Put(ctx, key, document); err != nil {
		return fmt.Errorf("writing %s/%s: %w", t.kv.Bucket(), key, err)
	}
	return nil
}

// Delete removes a record, whatever its revision.
func (t *Table[V]) Delete(ctx context.Context, key string) error {
	return t.kv.Purge(ctx, key)
}

// Each calls a function with each record that there is when it begins, the oldest write
// first, until it returns false. Keys may be a pattern, as "ring.*".
func (t *Table[V]) Each(ctx context.Context, keys string, visit func(Row[V]) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watcher, err := t.kv.Watch(ctx, keys, jetstream.IgnoreDeletes())
	if err != nil {
		return fmt.Errorf("reading %s: %w", t.kv.Bucket(), err)
	}
	defer watcher.Stop()
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("reading %s: %w", t.kv.Bucket(), ctx.Err())
		case entry, open := <-watcher.Updates():
			switch {
			case !open:
				return fmt.Errorf("reading %s: the connection was closed", t.kv.Bucket())
			case entry == nil:
				return nil
			}
			row, err := t.row(entry)
			if err != nil {
				if t.foreign {
					continue
				}
				return err
			}
			if !visit(row) {
				return nil
			}
		}
	}
}

// Follow calls take with each record that there is, then whole once, and then take and drop
// with what is written and deleted, until the context ends or one of them returns an error.
func (t *Table[V]) Follow(ctx context.Context, keys string, take func(Row[V]) error, drop func(key string) error, whole func()) error {
	watcher, err := t.kv.Watch(ctx, keys)
	if err != nil {
		return fmt.Errorf("following %s: %w", t.kv.Bucket(), err)
	}
	defer watcher.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case entry, open := <-watcher.Updates():
			switch {
			case !open:
				return fmt.Errorf("following %s: the connection was closed", t.kv.Bucket())
			case entry == nil:
				whole()
				continue
			case entry.Operation() != jetstream.KeyValuePut:
				if err := drop(entry.Key()); err != nil {
					return err
				}
				continue
			}
			row, err := t.row(entry)
			if err != nil {
				return err
			}
			if err := take(row); err != nil {
				return err
			}
		}
	}
}

// All are all records.
func (t *Table[V]) All(ctx context.Context) (all []Row[V], err error) {
	err = t.Each(ctx, ">", func(row Row[V]) bool { all = append(all, row); return true })
	return all, err
}
