package broker

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"battle.test/farm/store"
	"battle.test/farm/work"
)

func quiet(string, ...any) {}

func start(t *testing.T, o Options) *Broker {
	t.Helper()
	o.Listen, o.Log = "127.0.0.1:0", quiet
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	b, err := Start(o)
	require.NoError(t, err)
	t.Cleanup(b.Stop)
	return b
}

func TestOnlyWhoHasCredentialsConnects(t *testing.T) {
	b, other := start(t, Options{}), start(t, Options{})
	_, err := nats.Connect(b.URL())
	require.ErrorIs(t, err, nats.ErrAuthorization)
	_, err = nats.Connect(b.URL(), nats.UserCredentials(other.keys.file(coordinatorFile)))
	require.ErrorIs(t, err, nats.ErrAuthorization, "those of another farm")
	for _, access := range []Access{b.Coordinator(), b.Worker()} {
		conn, err := access.Connect()
		require.NoError(t, err)
		require.NoError(t, conn.Flush())
		conn.Close()
	}
	_, err = Access{URL: b.URL(), Creds: "gone.creds", Log: quiet}.Connect()
	require.Error(t, err, "what can never work is said at once")
}

// TestWhoIsRefusedIsToldWhy each time, and may come with other credentials.
func TestWhoIsRefusedIsToldWhy(t *testing.T) {
	b, other := start(t, Options{}), start(t, Options{})
	creds := filepath.Join(t.TempDir(), "worker.creds")
	put := func(from string) {
		content, err := os.ReadFile(from)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(creds, content, 0o600))
	}
	put(other.Worker().Creds)
	for _, c := range []struct{ creds, want string }{{"", "say -creds"}, {creds, "does not take the credentials of " + creds}} {
		access := Access{URL: b.URL(), Creds: c.creds, Log: quiet}
		conn, err := access.Connect()
		require.NoError(t, err)
		defer conn.Close()
		for end := time.Now().Add(2 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
			err := conn.Publish("a", nil)
			require.Error(t, err)
			require.ErrorContains(t, access.Why(conn, err), c.want)
		}
		if c.creds != "" {
			put(b.Worker().Creds)
			require.Eventually(t, conn.IsConnected, time.Minute, 50*time.Millisecond)
			require.Equal(t, os.ErrExist, access.Why(conn, os.ErrExist), "it is no longer the connection")
		}
	}
	access := Access{URL: "nats://127.0.0.1:1", Log: quiet}
	conn, err := access.Connect()
	require.NoError(t, err)
	defer conn.Close()
	require.ErrorContains(t, access.Why(conn, conn.Publish("a", nil)), "nats://127.0.0.1:1 is out of reach: ")
}

func TestKeysAreNobodyElses(t *testing.T) {
	b := start(t, Options{})
	files, err := os.ReadDir(b.keys.dir)
	require.NoError(t, err)
	require.Len(t, files, 5)
	for _, file := range files {
		info, err := file.Info()
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, file.Name())
	}
}

// TestAWorkerMayOnlyHandIn proves each thing that a worker may not do by the server's word.
func TestAWorkerMayOnlyHandIn(t *testing.T) {
	b := start(t, Options{})
	conn, err := b.Worker().Connect()
	require.NoError(t, err)
	defer conn.Close()
	refused := make(chan error, 10)
	conn.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err })
	for _, subject := range []string{
		"$KV.FARM_findings.ring-1", "$KV.FARM_corpus.ring.0", "$KV.FARM_builds.r", "$KV.FARM_lease.coordinator", "$O.FARM_sources.C.x",
		"farm.work.explore.ring", "farm.history.ring", "$JS.API.STREAM.DELETE.KV_FARM_findings", "$JS.API.STREAM.PURGE.KV_FARM_corpus", "$JS.API.CONSUMER.CREATE.FARM_intake",
	} {
		require.NoError(t, conn.Publish(subject, []byte("forged")))
		require.ErrorIs(t, <-refused, nats.ErrPermissionViolation, subject)
	}
	for _, subject := range []string{"farm.intake.>", "farm.work.>", ">"} {
		_, err := conn.SubscribeSync(subject)
		require.NoError(t, err)
		require.ErrorIs(t, <-refused, nats.ErrPermissionViolation, "listening to "+subject)
	}
	require.NoError(t, conn.Publish("farm.intake.finding", nil))
	require.NoError(t, conn.Flush())
	require.Empty(t, refused)
}

// TestAWorkerOfAnotherServerMayOnlyHandIn, either, if the server is told what is printed.
func TestAWorkerOfAnotherServerMayOnlyHandIn(t *testing.T) {
	config := filepath.Join(t.TempDir(), "nats.conf")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, `listen: "127.0.0.1:-1"
jetstream { store_dir: %q }
authorization { users: [ {user: farm, password: farm}, {user: worker, password: worker, %s} ] }
`, t.TempDir(), WorkerPermissions()), 0o600))
	o, err := server.ProcessConfigFile(config)
	require.NoError(t, err)
	o.NoSigs = true
	s, err := server.NewServer(o)
	require.NoError(t, err)
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	require.True(t, s.ReadyForConnections(time.Minute))
	connect := func(user string) (*nats.Conn, jetstream.JetStream) {
		conn, err := Access{URL: "nats://" + user + ":" + user + "@" + s.Addr().String(), Log: quiet}.Connect()
		require.NoError(t, err)
		t.Cleanup(conn.Close)
		js, err := jetstream.New(conn)
		require.NoError(t, err)
		return conn, js
	}
	_, js := connect("farm")
	_, err = store.Open(t.Context(), js, store.Options{})
	require.NoError(t, err)
	_, err = work.Open(t.Context(), js, 1)
	require.NoError(t, err)
	conn, js := connect("worker")
	state, err := store.Join(t.Context(), js)
	require.NoError(t, err)
	_, err = state.Builds.All(t.Context())
	require.NoError(t, err)
	queue, err := work.Join(t.Context(), js)
	require.NoError(t, err)
	require.NoError(t, queue.Enter(t.Context(), work.Entry{Trace: "read\n"}))
	refused := make(chan error, 10)
	conn.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err })
	require.NoError(t, conn.Publish("$KV.FARM_findings.ring-1", []byte("forged")))
	require.ErrorIs(t, <-refused, nats.ErrPermissionViolation)
}

func TestAServerThatGaveUpIsMended(t *testing.T) {
	b := start(t, Options{})
	conn, err := b.Coordinator().Connect()
	require.NoError(t, err)
	defer conn.Close()
	js, err := jetstream.New(conn)
	require.NoError(t, err)
	kv, err := js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: "kept"})
	require.NoError(t, err)
	_, err = kv.Put(t.Context(), "a", []byte("1"))
	require.NoError(t, err)
	had, err := b.Mend()
	require.NoError(t, err)
	require.False(t, had, "nothing was wrong")

	url := b.URL()
	b.server.DisableJetStream() // as it does itself when the disk fails it
	had, err = b.Mend()
	require.NoError(t, err)
	require.True(t, had)
	require.Equal(t, url, b.URL(), "workers find it where it was")
	var entry jetstream.KeyValueEntry
	for entry, err = kv.Get(t.Context(), "a"); err != nil; entry, err = kv.Get(t.Context(), "a") {
		require.NoError(t, t.Context().Err()) // the connection is coming back
	}
	require.Equal(t, "1", string(entry.Value()))
}

func TestTLS(t *testing.T) {
	ca, cert, key := certificate(t)
	b := start(t, Options{Cert: cert, Key: key, CA: ca})
	_, err := nats.Connect(b.URL(), nats.UserCredentials(b.keys.file(workerFile)))
	require.Error(t, err, "without the certificate it is signed by")
	_, err = nats.Connect(b.URL(), nats.UserCredentials(b.keys.file(workerFile)), nats.RootCAs(ca))
	require.Error(t, err, "without a certificate of its own")
	_, err = nats.Connect(b.URL(), nats.RootCAs(ca), nats.ClientCert(cert, key))
	require.ErrorIs(t, err, nats.ErrAuthorization, "without credentials")
	far, err := Access{URL: b.URL(), Creds: b.keys.file(workerFile), CA: ca, Cert: cert, Key: key, Log: quiet}.Connect()
	require.NoError(t, err)
	defer far.Close()
	state, err := far.TLSConnectionState()
	require.NoError(t, err)
	require.NotEmpty(t, state.PeerCertificates)
	for _, near := range []Access{b.Coordinator(), b.Worker()} { // on this machine
		conn, err := near.Connect()
		require.NoError(t, err)
		require.NoError(t, conn.Flush())
		conn.Close()
	}
	_, err = nats.Connect(b.Worker().URL)
	require.ErrorIs(t, err, nats.ErrAuthorization, "the gate asks for credentials, too")
	_, err = Start(Options{Dir: t.TempDir(), Listen: "127.0.0.1:0", Cert: cert, Key: cert, Log: quiet})
	require.ErrorContains(t, err, "TLS")
}

// certificate makes one that is its own authority, for this machine.
func certificate(t *testing.T) (ca, cert, key string) {
	t.Helper()
	dir := t.TempDir()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "farm"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &secret.PublicKey, secret)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(secret)
	require.NoError(t, err)
	cert, key = filepath.Join(dir, "farm.crt"), filepath.Join(dir, "farm.key")
	require.NoError(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	return cert, cert, key
}
