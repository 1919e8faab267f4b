package coordinator

import (
	"errors"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"battle.test/battle"

	"battle.test/farm/broker"
	"battle.test/farm/puppet"
	"battle.test/farm/store"
	"battle.test/farm/tree"
	"battle.test/farm/vitals"
	"battle.test/farm/work"
)

// A bench is a coordinator at work, and the connection of a worker that may be hostile.
type bench struct {
	t        *testing.T
	c        *Coordinator
	broker   *broker.Broker
	queue    *work.Queue // as a worker has it
	conn     *nats.Conn
	revision string

	repository puppet.Repository
}

// ring is a target with a bug.
var ring = puppet.Subject{Targets: []puppet.Target{{Name: "ring", Ops: []string{"restart", "read"}, Unfit: []string{"gone"}, Bugs: []puppet.Bug{{Name: "tip", Needs: []string{"restart", "read"}, Line: 7}}}}}

// begin starts a coordinator for ring, and waits until it has a build.
func begin(t *testing.T, watch *vitals.Watch, only ...string) *bench {
	t.Helper()
	dir := t.TempDir()
	repository, err := puppet.Init(t.TempDir())
	require.NoError(t, err)
	b := &bench{t: t, repository: repository}
	b.revision, err = repository.Commit(ring, "begun")
	require.NoError(t, err)
	b.broker, err = broker.Start(broker.Options{Dir: dir, Listen: "127.0.0.1:0", Log: func(string, ...any) {}})
	require.NoError(t, err)
	t.Cleanup(b.broker.Stop)
	_, js := b.connect(b.broker.Coordinator())
	s, err := store.Open(t.Context(), js, store.Options{})
	require.NoError(t, err)
	q, err := work.Open(t.Context(), js, 1)
	require.NoError(t, err)
	b.c, err = New(t.Context(), Options{
		Checkout: tree.Checkout{Dir: repository.Dir}, Dir: filepath.Join(dir, "sources"), Battle: puppet.Battle{},
		Poll: 50 * time.Millisecond, Only: only, Vitals: watch, Log: t.Logf,
	}, s, q)
	require.NoError(t, err)
	b.conn, js = b.connect(b.broker.Worker())
	b.queue, err = work.Join(t.Context(), js)
	require.NoError(t, err)
	done := make(chan struct{})
	go func() { defer close(done); _ = b.c.Run(t.Context()) }()
	t.Cleanup(func() { <-done })
	return b
}

func (b *bench) connect(a broker.Access) (*nats.Conn, jetstream.JetStream) {
	b.t.Helper()
	conn, err := a.Connect()
	require.NoError(b.t, err)
	b.t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	require.NoError(b.t, err)
	return conn, js
}

// until waits until what the coordinator shows is as it should be.
func (b *bench) until(met func() bool) {
	b.t.Helper()
	for {
		_, next := b.c.Changed()
		if met() {
			return
		}
		select {
		case <-next:
		case <-b.t.Context().Done():
			require.NoError(b.t, b.t.Context().Err())
		}
	}
}

func (b *bench) source() work.Source {
	return work.Source{Item: "1", Worker: "mallory", Build: b.revision, Engine: "explore", Target: "ring"}
}

// claim is a claim of a trace.
func (b *bench) claim(trace ...string) work.Claim {
	c := work.Claim{Source: b.source()}
	c.Found = battle.Finding{ID: "ring-forged", Target: "ring", Failure: battle.Failure{Kind: battle.Panic, Message: "all is lost"}, Trace: trace}
	return c
}

// TestAHostileWorkerIsRefused hands in what a worker may not, each with its reason, and
// then something true, which counts all the same.
func TestAHostileWorkerIsRefused(t *testing.T) {
	b := begin(t, nil)
	b.until(func() bool { return b.c.Overview().Build != nil })
	why := func(want string, hand func() error) {
		t.Helper()
		n := len(b.c.Refused())
		require.NoError(t, hand())
		b.until(func() bool { return len(b.c.Refused()) > n })
		require.Contains(t, b.c.Refused()[0].Why, want)
		require.Equal(t, "ring", b.c.Refused()[0].Target)
	}
	claim := func(edit func(c *work.Claim)) func() error {
		return func() error {
			c := b.claim("restart", "read")
			edit(&c)
			return b.queue.Claim(t.Context(), c)
		}
	}
	why("wrong build", claim(func(c *work.Claim) { c.Build = strings.Repeat("0", 40) }))
	why("wrong engine", claim(func(c *work.Claim) { c.Engine = "oracle" }))
	why("does not fail at", claim(func(c *work.Claim) { c.Found.Trace = []string{"read", "restart"} }))
	why(`an update "rm"`, claim(func(c *work.Claim) { c.Found.Trace = []string{"rm -rf /"} }))
	why("a name of 500000 bytes", claim(func(c *work.Claim) { c.Worker = strings.Repeat("w", 500_000) }))
	why("a trace of more than", claim(func(c *work.Claim) { c.Found.Trace = []string{"step " + strings.Repeat("x", work.TraceBytesMax)} }))
	entry := func(trace string) func() error {
		return func() error { return b.queue.Enter(t.Context(), work.Entry{Source: b.source(), Trace: trace}) }
	}
	why("a trace of more than", entry(strings.Repeat("step\n", work.TraceBytesMax/5+1)))
	why("is no text", entry("step \x01\n"))
	why("it has no updates", entry("# nothing\n"))
	why(`unknown field "gone"`, entry("step\nread gone=1\n"))
	why("its times are none", func() error {
		return b.queue.Report(t.Context(), work.Report{Source: b.source(), Seconds: -1})
	})
	_, err := b.conn.Request("farm.intake.entry", make([]byte, 900_000), 10*time.Second)
	require.NoError(t, err, "what is no JSON is dropped")
	require.ErrorIs(t, b.queue.Enter(t.Context(), work.Entry{Source: b.source(), Trace: strings.Repeat("step\n", 1<<18)}), nats.ErrMaxPayload)

	require.NoError(t, entry("step\n")())
	require.NoError(t, claim(func(*work.Claim) {})())
	b.until(func() bool { return len(b.c.Findings()) == 1 && b.c.Overview().Entries == 1 })
	f, _ := b.c.Finding(b.c.Findings()[0].ID)
	require.Equal(t, "tip", f.Found.Message, "of the claim only the trace counts")
	require.Equal(t, battle.Mismatch, f.Found.Kind)
	require.NotEqual(t, "ring-forged", f.ID)
	require.Empty(t, b.c.Overview().Holding)

	require.NoError(t, claim(func(c *work.Claim) { c.Found.ID, c.Found.Trace = f.ID, []string{"step", "step"} })())
	b.until(func() bool { return b.c.Findings()[0].Claims == 2 })
	forged, _ := b.c.Finding(f.ID)
	require.Equal(t, f.Found, forged.Found, "it is counted as handed in")
	require.Equal(t, f.Verdicts, forged.Verdicts)
}

// TestAForgedWorkerIsPassedOver writes records of workers that are none.
func TestAForgedWorkerIsPassedOver(t *testing.T) {
	b := begin(t, nil)
	_, js := b.connect(b.broker.Worker())
	kv, err := js.KeyValue(t.Context(), "FARM_workers")
	require.NoError(t, err)
	_, err = kv.Put(t.Context(), "mallory", []byte("no JSON"))
	require.NoError(t, err)
	_, err = kv.Put(t.Context(), "giant", make([]byte, 500_000))
	require.Error(t, err)
	_, err = kv.Put(t.Context(), "ada", []byte(`{"worker": "ada", "engines": [{"engine": "explore"}, {"engine": "mine-coins"}]}`))
	require.NoError(t, err)
	b.until(func() bool { return len(b.c.Overview().Workers) == 1 })
	require.Equal(t, "ada", b.c.Overview().Workers[0].Name)
	b.until(func() bool { return len(b.c.book.knownEngines()) > 0 })
	engines, _ := b.c.offered()
	require.Equal(t, []string{"explore"}, engines, "engines that the farm does not know get no work")
}

// TestAFullDiskHolds takes the disk away while something is handed in: the farm says so, holds,
// and goes on when there is room.
func TestAFullDiskHolds(t *testing.T) {
	var free atomic.Uint64
	free.Store(100)
	b := begin(t, &vitals.Watch{Dir: t.TempDir(), DiskMin: 50, DiskFree: func(string) (uint64, bool) { return free.Load(), true }})
	b.until(func() bool { return b.c.Overview().Build != nil })
	free.Store(10)
	b.until(func() bool {
		return strings.Contains(b.c.Overview().Holding["machine"], "is full: 10 bytes free, want 50 bytes")
	})
	require.NoError(t, b.queue.Claim(t.Context(), b.claim("restart", "read")))
	b.until(func() bool { return strings.Contains(b.c.Overview().Holding["findings"], "is full") })
	require.Empty(t, b.c.Findings())
	require.ErrorIs(t, b.c.schedule(t.Context()), errHolding, "nothing is handed out")
	free.Store(100)
	b.until(func() bool { return len(b.c.Findings()) == 1 && len(b.c.Overview().Holding) == 0 })
	require.Empty(t, b.c.Refused(), "what came meanwhile has waited")
}

func TestALittleMoreOrLessDiskIsNoNews(t *testing.T) {
	b := &book{holds: make(map[string]string), changed: make(chan struct{})}
	require.True(t, b.hold("machine", "the disk of /x is full: 3.0 MiB free, want 1.0 GiB"))
	require.False(t, b.hold("machine", "the disk of /x is full: 2.9 MiB free, want 1.0 GiB"))
	require.Contains(t, b.holding("machine"), "2.9 MiB free", "it is shown all the same")
	require.True(t, b.hold("machine", ""))
	require.False(t, b.hold("machine", ""))
}

// TestAReadOnlyDiskHolds makes the disk take no file.
func TestAReadOnlyDiskHolds(t *testing.T) {
	var gone atomic.Bool
	dir := t.TempDir()
	b := begin(t, &vitals.Watch{Dir: dir, Write: func(dir string) error {
		if gone.Load() {
			return errors.New("read-only file system")
		}
		return nil
	}})
	b.until(func() bool { return b.c.Overview().Build != nil })
	gone.Store(true)
	b.until(func() bool {
		return b.c.Overview().Holding["machine"] == "the disk takes no file: read-only file system"
	})
	gone.Store(false)
	b.until(func() bool { return len(b.c.Overview().Holding) == 0 })
}

// TestALostServerHolds stops NATS and starts it again.
func TestALostServerHolds(t *testing.T) {
	b := begin(t, nil)
	b.until(func() bool { return b.c.Overview().Build != nil })
	b.broker.Stop()
	b.until(func() bool { return b.c.Overview().Holding["workers"] != "" })
	had, err := b.broker.Mend()
	require.NoError(t, err)
	require.True(t, had)
	b.until(func() bool { return len(b.c.Overview().Holding) == 0 })
	for err = errors.New("not back"); err != nil; { // the worker's connection, too
		err = b.queue.Claim(t.Context(), b.claim("restart", "read"))
	}
	b.until(func() bool { return len(b.c.Findings()) == 1 })
}

// TestASetClockKeepsNobodyFromWork lets the clock jump forth and back between records.
func TestASetClockKeepsNobodyFromWork(t *testing.T) {
	b := begin(t, nil)
	b.until(func() bool { return b.c.Overview().Build != nil })
	arm := store.Arm{Target: "ring", Engine: "explore", Failures: 1}
	planned := func(resting time.Time) bool {
		arm.Resting = resting
		b.c.book.mu.Lock()
		b.c.book.arms[armKey("ring", "explore")] = store.Row[store.Arm]{Value: arm}
		b.c.book.mu.Unlock()
		_, some := b.c.plan(b.revision, []string{"explore"})
		return some
	}
	require.True(t, planned(time.Now().Add(-time.Second)))
	require.False(t, planned(time.Now().Add(9*time.Second)))
	require.True(t, planned(time.Now().Add(24*time.Hour)), "the clock was set back: nobody rests that long")

	b.c.book.mu.Lock()
	b.c.book.samples["ring"] = []store.Sample{{Target: "ring", At: time.Now().Add(24 * time.Hour)}}
	b.c.book.mu.Unlock()
	require.NoError(t, b.c.sample(t.Context(), arm))
	curve := b.c.History("ring")
	require.Len(t, curve, 2)
	require.False(t, curve[1].At.Before(curve[0].At), "a curve goes forward")
}
