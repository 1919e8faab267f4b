package work

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/farm/broker"
)

func open(t *testing.T) *Queue {
	t.Helper()
	q, err := Open(t.Context(), connect(t), 1)
	require.NoError(t, err)
	return q
}

func connect(t *testing.T) jetstream.JetStream {
	t.Helper()
	b, err := broker.Start(broker.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0", Log: func(string, ...any) {}})
	require.NoError(t, err)
	t.Cleanup(b.Stop)
	conn, err := b.Coordinator().Connect()
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	require.NoError(t, err)
	return js
}

func TestAnItemIsTakenOnce(t *testing.T) {
	q := open(t)
	item := Item{ID: "1", Target: "ring", Engine: "explore", Build: "b", Seconds: 3}
	require.NoError(t, q.Offer(t.Context(), item))
	require.NoError(t, q.Offer(t.Context(), item), "the same again is not a second item")
	n, err := q.Waiting(t.Context(), "explore")
	require.NoError(t, err)
	require.Equal(t, 1, n)

	none, err := q.Take(t.Context(), []string{"native"})
	require.NoError(t, err)
	require.Nil(t, none, "nobody has the engine")
	taken, err := q.Take(t.Context(), []string{"native", "explore"})
	require.NoError(t, err)
	require.Equal(t, item, taken.Item)
	require.Equal(t, 1, taken.Delivery)
	none, err = q.Take(t.Context(), []string{"explore"})
	require.NoError(t, err)
	require.Nil(t, none, "it is somebody's")
	require.NoError(t, taken.Beat())
	require.NoError(t, taken.Done(t.Context()))
	n, err = q.Waiting(t.Context(), "explore")
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestAnItemOfADeadWorkerComesAgain(t *testing.T) {
	q := open(t)
	q.wait = 50 * time.Millisecond
	require.NoError(t, q.Offer(t.Context(), Item{ID: "1", Engine: "explore", Target: "ring.of.fire"}))
	_, err := q.Waiting(t.Context(), "explore")
	require.NoError(t, err)
	first, err := q.Take(t.Context(), []string{"explore"})
	require.NoError(t, err)
	require.NotNil(t, first)
	var second *Taken
	for second == nil {
		second, err = q.Take(t.Context(), []string{"explore"})
		require.NoError(t, err)
	}
	require.Equal(t, 2, second.Delivery)
	require.Equal(t, first.Item, second.Item)
}

func TestWhatIsHandedInTwiceComesOnce(t *testing.T) {
	q := open(t)
	claim := Claim{Source: Source{Target: "ring", Build: "b"}, Found: battle.Finding{Trace: []string{"read"}}}
	claim.Found.Message = strings.Repeat("ä", textBytesMax)
	other := claim
	other.Build = "c"
	for _, c := range []Claim{claim, claim, other} {
		require.NoError(t, q.Claim(t.Context(), c))
	}
	var got []string
	ctx, cancel := context.WithCancel(t.Context())
	var last uint64
	failed := false
	err := q.Claims(ctx, func() {}, func(_ context.Context, sequence uint64, c Claim) error {
		if !failed {
			failed = true
			return errors.New("no room")
		}
		require.Greater(t, sequence, last)
		require.Less(t, len(c.Found.Message), textBytesMax+4)
		last = sequence
		if got = append(got, c.Build); len(got) == 2 {
			cancel()
		}
		return nil
	})
	require.EqualError(t, err, "no room", "the handler's error is said, and the message comes again")
	require.ErrorIs(t, q.Claims(ctx, func() {}, func(_ context.Context, sequence uint64, c Claim) error {
		require.Greater(t, sequence, last)
		last = sequence
		if got = append(got, c.Build); len(got) == 2 {
			cancel()
		}
		return nil
	}), context.Canceled)
	require.Equal(t, []string{"b", "c"}, got)
}

func TestWhatIsRefusedDoesNotComeAgain(t *testing.T) {
	q := open(t)
	for _, build := range []string{"a", "b"} {
		require.NoError(t, q.Claim(t.Context(), Claim{Source: Source{Build: build}}))
	}
	var got []string
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := q.Claims(ctx, func() {}, func(_ context.Context, _ uint64, c Claim) error {
		if got = append(got, c.Build); c.Build == "b" {
			cancel()
		}
		return ErrRefused
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, []string{"a", "b"}, got)
}

// TestEntriesComeTogether, come again together after an error, and once they are handled no
// more.
func TestEntriesComeTogether(t *testing.T) {
	q := open(t)
	for _, trace := range []string{"a", "b"} {
		require.NoError(t, q.Enter(t.Context(), Entry{Trace: trace}))
	}
	var got [][]Entry
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	take := func(_ context.Context, all []Entry) error {
		if got = append(got, all); len(got) == 1 {
			return errors.New("no room")
		}
		if len(all) == 0 {
			cancel()
		}
		return nil
	}
	require.EqualError(t, q.Entries(ctx, func() {}, take), "no room")
	require.ErrorIs(t, q.Entries(ctx, func() {}, take), context.Canceled)
	both := []Entry{{Trace: "a"}, {Trace: "b"}}
	require.Equal(t, [][]Entry{both, both, nil}, got)
}

// TestEntriesWaitForADearLook: what came while a look at others was dear comes later, all at once.
func TestEntriesWaitForADearLook(t *testing.T) {
	q := open(t)
	require.NoError(t, q.Enter(t.Context(), Entry{Trace: "a"}))
	var got []string
	var looked time.Time
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	const dear = 20 * time.Millisecond
	err := q.Entries(ctx, func() {}, func(_ context.Context, all []Entry) error {
		for _, e := range all {
			got = append(got, e.Trace)
		}
		switch {
		case len(got) == 1 && len(all) == 1:
			time.Sleep(dear)
			looked = time.Now()
			return errors.Join(q.Enter(t.Context(), Entry{Trace: "b"}), q.Enter(t.Context(), Entry{Trace: "c"}))
		case len(got) == 3:
			cancel()
		}
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, []string{"a", "b", "c"}, got)
	require.GreaterOrEqual(t, time.Since(looked), restShare*dear)
}

// TestWhatADeadCoordinatorHadTakenComesAgain, and does not keep the next one waiting for
// AckWait.
func TestWhatADeadCoordinatorHadTakenComesAgain(t *testing.T) {
	js := connect(t)
	var got []int
	for i := range 2 {
		q, err := Open(t.Context(), js, 1)
		require.NoError(t, err)
		q.wait = 24 * time.Hour
		if i == 0 {
			require.NoError(t, q.Enter(t.Context(), Entry{Trace: "a"}))
		}
		ctx, cancel := context.WithCancel(t.Context())
		require.ErrorIs(t, q.Entries(ctx, func() {}, func(context.Context, []Entry) error {
			got = append(got, i)
			cancel()
			return nil // which can't be acknowledged any more
		}), context.Canceled)
	}
	require.Equal(t, []int{0, 1}, got)
}
