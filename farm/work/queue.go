package work

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"battle.test/farm/store"
)

const (
	itemStream   = "FARM_work"
	intakeStream = "FARM_intake"
	itemSubject  = "farm.work"   // .<engine>.<target>
	inSubject    = "farm.intake" // .finding, .entry, .report

	streamBytesMax = 1 << 30
)

// A Queue is both streams. It may be used by several goroutines.
type Queue struct {
	js   jetstream.JetStream
	wait time.Duration // AckWait, but for tests

	mu     sync.Mutex
	takers map[string]jetstream.Consumer // by engine, of a coordinator
}

// Open makes the streams, for a coordinator.
func Open(ctx context.Context, js jetstream.JetStream, replicas int) (*Queue, error) {
	for _, config := range []jetstream.StreamConfig{
		{Name: itemStream, Description: "what is to be hunted", Subjects: []string{itemSubject + ".*.*"}},
		{Name: intakeStream, Description: "what workers hand in", Subjects: []string{inSubject + ".*"}},
	} {
		config.Retention, config.Duplicates, config.Replicas = jetstream.WorkQueuePolicy, Window, max(1, replicas)
		// Who hands in more than can be looked at is told so, and waits.
		config.MaxBytes, config.Discard = streamBytesMax, jetstream.DiscardNew
		if _, err := js.CreateOrUpdateStream(ctx, config); err != nil {
			return nil, fmt.Errorf("opening %s: %w", config.Name, err)
		}
	}
	return &Queue{js: js, wait: AckWait}, nil
}

// Join uses the streams that a coordinator has made.
func Join(ctx context.Context, js jetstream.JetStream) (*Queue, error) {
	for _, name := range []string{itemStream, intakeStream} {
		if _, err := js.Stream(ctx, name); err != nil {
			return nil, fmt.Errorf("opening %s: %w", name, err)
		}
	}
	return &Queue{js: js, wait: AckWait}, nil
}

// publish writes a message. It is on disk when publish returns. What is published again, since
// its acknowledgement was lost, is there once: the message's ID follows from all of it, so that
// nobody can keep another's out by being first with something that only looks alike.
func (q *Queue) publish(ctx context.Context, subject string, message any) error {
	document, err := json.Marshal(message)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(document)
	if _, err := q.js.Publish(ctx, subject, document, jetstream.WithMsgID(hex.EncodeToString(sum[:16]))); err != nil {
		return fmt.Errorf("publishing to %s: %w", subject, err)
	}
	return nil
}

// Offer puts an item into the queue.
func (q *Queue) Offer(ctx context.Context, item Item) error {
	subject := strings.Join([]string{itemSubject, store.Key(item.Engine), store.Key(item.Target)}, ".")
	return q.publish(ctx, subject, item)
}

// Waiting counts the items of an engine that nobody has taken. It must have been called before
// a worker can take any.
func (q *Queue) Waiting(ctx context.Context, engine string) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.takers[engine] == nil {
		consumer, err := q.js.CreateOrUpdateConsumer(ctx, itemStream, jetstream.ConsumerConfig{
			Durable: takers(engine), FilterSubject: itemSubject + "." + store.Key(engine) + ".*",
			AckPolicy: jetstream.AckExplicitPolicy, AckWait: q.wait, MaxDeliver: DeliverMax, MaxAckPending: 4096,
		})
		if err != nil {
			return 0, fmt.Errorf("handing out items of %s: %w", engine, err)
		}
		if q.takers == nil {
			q.takers = make(map[string]jetstream.Consumer)
		}
		q.takers[engine] = consumer
	}
	info, err := q.takers[engine].Info(ctx)
	if err != nil {
		delete(q.takers, engine) // it may be gone with the server's state
		return 0, fmt.Errorf("asking for the items of %s: %w", engine, err)
	}
	return int(info.NumPending), nil
}

// Clear drops the items that nobody has taken, such as those of an older build. Those that
// are being worked on go, too, when they are acknowledged.
func (q *Queue) Clear(ctx context.Context) error {
	stream, err := q.js.Stream(ctx, itemStream)
	if err != nil {
		return err
	}
	return stream.Purge(ctx)
}

// takers is the name of the consumer of an engine's items, which all workers that have the
// engine share. The coordinator makes it: workers may not.
func takers(engine string) string { return "engine-" + store.Key(engine) }

// A Taken item is a worker's until it is done, or the worker is silent for [AckWait].
type Taken struct {
	Item
	Delivery int // which attempt it is, from 1
	message  jetstream.Msg
}

// Take takes an item of one of the engines, in the given order, or returns nil if there is
// none.
func (q *Queue) Take(ctx context.Context, engines []string) (*Taken, error) {
	for _, engine := range engines {
		consumer, err := q.js.Consumer(ctx, itemStream, takers(engine))
		if errors.Is(err, jetstream.ErrConsumerNotFound) {
			continue // nothing was handed out yet
		}
		if err != nil {
			return nil, fmt.Errorf("taking items of %s: %w", engine, err)
		}
		batch, err := consumer.FetchNoWait(1)
		if err != nil {
			return nil, err
		}
		for message := range batch.Messages() {
			t := &Taken{message: message, Delivery: 1}
			if at, err := message.Metadata(); err == nil {
				t.Delivery = int(at.NumDelivered)
			}
			if err := json.Unmarshal(message.Data(), &t.Item); err != nil {
				return nil, errors.Join(fmt.Errorf("an item of %s: %w", engine, err), message.TermWithReason("it can't be read"))
			}
			return t, nil
		}
		if err := batch.Error(); err != nil && !errors.Is(err, jetstream.ErrNoMessages) {
			return nil, err
		}
	}
	return nil, nil
}

// Beat says that the worker is still at it.
func (t *Taken) Beat() error { return t.message.InProgress() }

// Done takes the item out of the queue. Whatever it led to must have been handed in before.
func (t *Taken) Done(ctx context.Context) error { return t.message.DoubleAck(ctx) }

// Return gives the item back, for another worker.
func (t *Taken) Return() error { return t.message.NakWithDelay(time.Second) }
