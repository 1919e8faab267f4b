package work

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// The kinds of what is handed in.
const (
	findings = "finding"
	entries  = "entry"
	reports  = "report"
)

// Claim hands in a finding.
func (q *Queue) Claim(ctx context.Context, c Claim) error {
	c.Trim()
	return q.publish(ctx, inSubject+"."+findings, c)
}

// Enter hands in a trace.
func (q *Queue) Enter(ctx context.Context, e Entry) error {
	return q.publish(ctx, inSubject+"."+entries, e)
}

// Report hands in how a piece of work ended.
func (q *Queue) Report(ctx context.Context, r Report) error {
	return q.publish(ctx, inSubject+"."+reports, r)
}

// ErrRefused is what a handler's error wraps if the message is never to come again.
var ErrRefused = errors.New("refused")

// A Handler takes what was handed in. The sequence is that of the message in the stream,
// higher than that of any before. If it returns an error, the message comes again, unless the
// error wraps [ErrRefused].
type Handler[M any] func(ctx context.Context, sequence uint64, message M) error

// Claims calls a handler with each claim, until the context ends. It calls well, too, again and
// again, while all that came was handled. The error says what is wrong with the connection, or
// what the handler returned last.
func (q *Queue) Claims(ctx context.Context, well func(), handle Handler[Claim]) error {
	return consume(ctx, q, findings, well, handle)
}

// Bounds of how many entries are handled at once, and of how long they wait for one another. What
// looks at them runs a build: so that takes a hundredth of the time at most, unless they are many.
const (
	entriesMax = 200
	gatherFor  = 2 * time.Second
	restShare  = 99
	restMax    = 2 * time.Minute
)

// Entries calls a handler with the entries that came, many at a time: what looks at them takes
// hardly longer for many than for one. It calls it with none, too, when none came. If it
// returns an error, they all come again.
func (q *Queue) Entries(ctx context.Context, well func(), handle func(ctx context.Context, all []Entry) error) error {
	consumer, err := q.consumer(ctx, entries, entriesMax)
	if err != nil {
		return err
	}
	var rest time.Time
	for {
		var messages []jetstream.Msg
		var all []Entry
		if time.Now().Before(rest) {
			err = idle(ctx, min(gatherFor, time.Until(rest)))
		} else {
			messages, all, err = gather(ctx, consumer)
		}
		if err != nil {
			return fmt.Errorf("taking in what is of kind %s: %w", entries, err)
		}
		began := time.Now()
		if err := settle(ctx, messages, func() error { return handle(ctx, all) }); err != nil {
			return err
		}
		if n := len(all); n > 0 && n < entriesMax {
			rest = time.Now().Add(min(restMax, restShare*time.Since(began)))
		}
		well()
	}
}

// idle waits.
func idle(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// gather takes the entries that are there, or come soon.
func gather(ctx context.Context, consumer jetstream.Consumer) (messages []jetstream.Msg, all []Entry, err error) {
	batch, err := consumer.Fetch(entriesMax, jetstream.FetchMaxWait(gatherFor))
	if err != nil {
		return nil, nil, errors.Join(ctx.Err(), err)
	}
	for {
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case message, open := <-batch.Messages():
			if !open {
				return messages, all, batch.Error()
			}
			var e Entry
			if err := json.Unmarshal(message.Data(), &e); err != nil {
				if err := message.TermWithReason("it can't be read: " + err.Error()); err != nil {
					return nil, nil, err
				}
				continue
			}
			messages, all = append(messages, message), append(all, e)
		}
	}
}

// Reports is Claims for reports.
func (q *Queue) Reports(ctx context.Context, well func(), handle Handler[Report]) error {
	return consume(ctx, q, reports, well, handle)
}

// consume calls a handler with one message after the other: those of a kind are handled in
// their order, which counting relies on.
func consume[M any](ctx context.Context, q *Queue, kind string, well func(), handle Handler[M]) error {
	consumer, err := q.consumer(ctx, kind, 1)
	if err != nil {
		return err
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(1))
	if err != nil {
		return err
	}
	defer messages.Stop()
	defer context.AfterFunc(ctx, messages.Stop)()
	for {
		message, err := messages.Next(jetstream.NextMaxWait(time.Second))
		if errors.Is(err, nats.ErrTimeout) && ctx.Err() == nil {
			well()
			continue
		}
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("taking in what is of kind %s: %w", kind, err)
		}
		if err := take(ctx, message, handle); err != nil {
			return err
		}
		well()
	}
}

// consumer makes the consumer of a kind. A farm has one coordinator, so nobody else takes
// them: what one before had taken and not finished, or could not acknowledge because the
// server was lost, comes again at once. With the consumer as it was it would after AckWait.
func (q *Queue) consumer(ctx context.Context, kind string, atOnce int) (consumer jetstream.Consumer, err error) {
	if err = q.js.DeleteConsumer(ctx, intakeStream, kind); err == nil || errors.Is(err, jetstream.ErrConsumerNotFound) {
		consumer, err = q.create(ctx, jetstream.ConsumerConfig{
			Durable: kind, FilterSubject: inSubject + "." + kind, AckPolicy: jetstream.AckExplicitPolicy, AckWait: q.wait, MaxAckPending: atOnce,
		})
	}
	if err != nil {
		return nil, fmt.Errorf("taking in what is of kind %s: %w", kind, err)
	}
	return consumer, nil
}

// create makes a consumer. The server removes the files of one that was deleted by and by, and
// fails at making those of the next in the same place until it has.
func (q *Queue) create(ctx context.Context, config jetstream.ConsumerConfig) (consumer jetstream.Consumer, err error) {
	for range 20 {
		consumer, err = q.js.CreateOrUpdateConsumer(ctx, intakeStream, config)
		var failed *jetstream.APIError
		if !errors.As(err, &failed) || failed.Code != 500 {
			break
		}
		if err := idle(ctx, 100*time.Millisecond); err != nil {
			return nil, err
		}
	}
	return consumer, err
}

// take handles a message.
func take[M any](ctx context.Context, message jetstream.Msg, handle Handler[M]) error {
	at, err := message.Metadata()
	if err != nil {
		return err
	}
	var m M
	if err := json.Unmarshal(message.Data(), &m); err != nil {
		return message.TermWithReason("it can't be read: " + err.Error())
	}
	return settle(ctx, []jetstream.Msg{message}, func() error { return handle(ctx, at.Sequence.Stream, m) })
}

// settle waits until messages are handled, says in the meantime that they are not lost, and
// then what became of them.
func settle(ctx context.Context, messages []jetstream.Msg, handle func() error) error {
	each := func(do func(jetstream.Msg) error) error {
		for _, message := range messages {
			if err := do(message); err != nil {
				return err
			}
		}
		return nil
	}
	beat := time.NewTicker(BeatEvery)
	defer beat.Stop()
	done := make(chan error, 1)
	go func() { done <- handle() }()
	for {
		select {
		case <-beat.C:
			_ = each(jetstream.Msg.InProgress) // if it is lost, the message comes again, and that is no harm
		case err := <-done:
			switch {
			case errors.Is(err, ErrRefused):
				return each(func(m jetstream.Msg) error { return m.TermWithReason(err.Error()) })
			case err != nil:
				_ = each(func(m jetstream.Msg) error { return m.NakWithDelay(time.Second) })
				return err
			}
			return each(func(m jetstream.Msg) error { return m.DoubleAck(ctx) })
		}
	}
}
