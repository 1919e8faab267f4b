package farm_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/explore"

	"battle.test/farm/api"
	"battle.test/farm/broker"
	"battle.test/farm/coordinator"
	"battle.test/farm/puppet"
	"battle.test/farm/store"
	"battle.test/farm/tree"
	"battle.test/farm/work"
)

// The size of a farm that has run for long.
const (
	manyEntries  = 100_000
	manyFindings = 1_000
)

// BenchmarkALargeFarm says how long a farm of that size takes to start, from a process that
// has just begun to one that answers, and to answer.
func BenchmarkALargeFarm(b *testing.B) {
	dir := b.TempDir()
	nats := serve(b, dir)
	fill(b, nats)
	stop(nats)

	var c *coordinator.Coordinator
	b.Run("start", func(b *testing.B) {
		for b.Loop() {
			nats := serve(b, dir)
			conn, js := dial(b, nats)
			s, err := store.Open(b.Context(), js, store.Options{})
			require.NoError(b, err)
			q, err := work.Open(b.Context(), js, 1)
			require.NoError(b, err)
			c, err = coordinator.New(b.Context(), coordinator.Options{Checkout: tree.Checkout{Dir: dir}, Dir: filepath.Join(dir, "sources"), Battle: puppet.Battle{}, Log: b.Logf}, s, q)
			require.NoError(b, err)
			require.Len(b, c.Findings(), manyFindings)
			conn.Close()
			stop(nats)
		}
	})
	for _, path := range []string{"overview", "targets", "engines", "contributions", "findings", "findings?state=new", "findings/target-1-7", "builds", "history?target=target-1", "corpus"} {
		b.Run(path, func(b *testing.B) {
			handler := api.New(c)
			for b.Loop() {
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/"+path, nil))
				require.Equal(b, http.StatusOK, w.Code)
				_, err := io.Copy(io.Discard, w.Body)
				require.NoError(b, err)
			}
		})
	}
}

// serve starts a NATS server like the farm's own, but one that does not sync each write: to
// fill it would take hours.
func serve(b *testing.B, dir string) *server.Server {
	b.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: filepath.Join(dir, "nats"), NoSigs: true})
	require.NoError(b, err)
	s.Start()
	require.True(b, s.ReadyForConnections(time.Minute))
	return s
}

func stop(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

func dial(b *testing.B, s *server.Server) (*nats.Conn, jetstream.JetStream) {
	b.Helper()
	conn, err := broker.Access{URL: s.ClientURL(), Log: b.Logf}.Connect()
	require.NoError(b, err)
	js, err := jetstream.New(conn)
	require.NoError(b, err)
	return conn, js
}

// fill makes a large farm: ten targets, traces of twenty updates, and findings of the size of
// those of the tip ring, with what explains and bisects them.
func fill(b *testing.B, nats *server.Server) {
	b.Helper()
	conn, js := dial(b, nats)
	defer conn.Close()
	s, err := store.Open(b.Context(), js, store.Options{})
	require.NoError(b, err)
	for i := range 10 {
		name := fmt.Sprint("target-", i)
		require.NoError(b, s.Targets.Set(b.Context(), name, store.Target{Name: name, Package: puppet.Package, Weight: 1}))
		for _, engine := range []string{"explore", "native", "rapid"} {
			require.NoError(b, s.Arms.Set(b.Context(), name+"."+engine, store.Arm{Target: name, Engine: engine, Updates: 1e9}))
		}
		for j := range manyFindings / 10 {
			f := store.Finding{ID: fmt.Sprint(name, "-", j), Target: name, State: store.New, Engine: "explore", Filed: time.Now(), Claims: 3}
			f.Found = battle.Finding{ID: f.ID, Target: name, Failure: battle.Failure{Kind: battle.Mismatch, Message: "the answer differs", Stack: string(make([]byte, 2000))}}
			for k := range 10 {
				f.Found.Trace = append(f.Found.Trace, fmt.Sprint("read from=tail length=9 offset=", k))
				f.Verdicts = append(f.Verdicts, store.Verdict{Build: fmt.Sprintf("%040d", k), Outcome: store.Fails, At: time.Now()})
			}
			f.Explanation = &explore.Explanation{Points: make([]explore.Point, 11), Culprit: &explore.Culprit{Update: 3}, Lines: make([]explore.Line, 20)}
			f.Bisection = &store.Bisection{Done: true, Tries: make([]store.Tried, 10)}
			require.NoError(b, s.Findings.Set(b.Context(), f.ID, f))
		}
	}
	for i := range manyEntries {
		e := store.Entry{Target: fmt.Sprint("target-", i%10), Engine: "explore", Worker: "ada-1", Updates: 20, Found: time.Now()}
		for k := range 20 {
			e.Trace += fmt.Sprintf("read from=tail length=%d offset=%d\n", i, k)
		}
		document, err := json.Marshal(e)
		require.NoError(b, err)
		_, err = js.PublishAsync("$KV.FARM_corpus."+store.EntryKey(e.Target, e.Trace), document)
		require.NoError(b, err)
		if i%1000 == 999 {
			<-js.PublishAsyncComplete()
		}
	}
	<-js.PublishAsyncComplete()
}
