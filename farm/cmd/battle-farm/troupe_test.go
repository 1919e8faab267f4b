package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"battle.test/farm/broker"
	"battle.test/farm/puppet"
	"battle.test/farm/store"
)

// A troupe are the processes of a farm, each of which can be killed and is started again.
type troupe struct {
	t          *testing.T
	dir        string
	repository puppet.Repository
	ledger     string
	url        string // of NATS
	creds      string // of the coordinator, or ""
	players    []*player
}

// A player is a process, in all its lives.
type player struct {
	name string
	path string
	args []string
	log  *os.File

	mu     sync.Mutex
	cmd    *exec.Cmd
	killed bool
	ended  chan struct{}
}

// gather makes the processes of a farm with two workers. NATS is one of its own, or in the
// coordinator.
func gather(t *testing.T, separate bool) *troupe {
	t.Helper()
	dir := t.TempDir()
	repository, err := puppet.Init(filepath.Join(dir))
	require.NoError(t, err)
	tr := &troupe{t: t, dir: dir, repository: repository, ledger: filepath.Join(dir, ".git", "ledger")}
	bin := filepath.Join(dir, ".git", "bin")
	require.NoError(t, os.MkdirAll(bin, 0o755))
	paths := make(map[string]string)
	for _, name := range []string{"battle", "battle-farm", "nats"} {
		paths[name], err = puppet.Install(bin, name)
		require.NoError(t, err)
	}
	port := freePort(t)
	tr.url = "nats://127.0.0.1:" + port
	coordinator := []string{"-C", dir, "-state", tr.folder("coordinator"), "-http", "127.0.0.1:0", "-workers", "0", "-slice", "1s", "-poll", "100ms", "-disk-min", "0", "-memory-min", "0"}
	worker := []string{"-join", tr.url, "-disk-min", "0", "-memory-min", "0"}
	if separate {
		tr.add("nats", paths["nats"], tr.folder("nats"), port)
		coordinator = append(coordinator, "-nats", tr.url)
	} else {
		coordinator = append(coordinator, "-listen", "127.0.0.1:"+port)
		keys := filepath.Join(tr.folder("coordinator"), "keys")
		tr.creds = filepath.Join(keys, "coordinator.creds")
		worker = append(worker, "-creds", filepath.Join(keys, "worker.creds"))
	}
	tr.add("coordinator", paths["battle-farm"], coordinator...)
	for i := range 2 {
		name := "worker-" + strconv.Itoa(i+1)
		tr.add(name, paths["battle-farm"], append([]string{"-name", name, "-state", tr.folder(name)}, worker...)...)
	}
	return tr
}

// folder is where a process keeps its things: in the repository, where git does not look.
func (tr *troupe) folder(name string) string { return filepath.Join(tr.dir, ".git", name) }

func (tr *troupe) add(name, path string, args ...string) {
	log, err := os.Create(tr.folder(name + ".log"))
	require.NoError(tr.t, err)
	tr.players = append(tr.players, &player{name: name, path: path, args: args, log: log})
}

// begin starts all processes. What a process said is shown if the test fails.
func (tr *troupe) begin() {
	tr.t.Cleanup(func() {
		for _, p := range tr.players {
			p.kill()
			p.log.Close()
			if content, err := os.ReadFile(p.log.Name()); err == nil && tr.t.Failed() {
				tr.t.Logf("%s:\n%s", p.name, content[max(0, len(content)-4000):])
			}
		}
	})
	for _, p := range tr.players {
		require.NoError(tr.t, p.start())
		if p.name == "coordinator" && tr.creds != "" { // workers need what it makes
			for _, err := os.Stat(tr.creds); err != nil; _, err = os.Stat(tr.creds) {
				tr.alive()
			}
		}
	}
}

func (p *player) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd = exec.Command(p.path, p.args...)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	p.killed, p.ended = false, make(chan struct{})
	if err := p.cmd.Start(); err != nil {
		return err
	}
	go func(cmd *exec.Cmd, ended chan struct{}) { _ = cmd.Wait(); close(ended) }(p.cmd, p.ended)
	return nil
}

// kill kills the process, and waits until it is gone.
func (p *player) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return
	}
	p.killed = true
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// alive fails the test if a process has ended that nobody killed.
func (tr *troupe) alive() {
	tr.t.Helper()
	for _, p := range tr.players {
		if p.ended == nil {
			continue
		}
		select {
		case <-p.ended:
			require.Truef(tr.t, p.killed, "%s ended: %v", p.name, p.cmd.ProcessState)
		default:
		}
	}
}

// connect connects to the farm's state as its coordinator does.
func (tr *troupe) connect() (*store.Store, jetstream.JetStream) {
	tr.t.Helper()
	conn, err := broker.Access{URL: tr.url, Creds: tr.creds, Log: func(string, ...any) {}}.Connect()
	require.NoError(tr.t, err)
	tr.t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	require.NoError(tr.t, err)
	for {
		s, err := store.Open(tr.t.Context(), js, store.Options{})
		if err == nil {
			return s, js
		}
		tr.alive()
		require.NoError(tr.t, tr.t.Context().Err())
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

// serveNATS is a NATS server as others run it.
func serveNATS(dir, port string) {
	number, err := strconv.Atoi(port)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: number, JetStream: true, StoreDir: dir, SyncAlways: true, NoSigs: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	s.Start()
	s.WaitForShutdown()
}
