// Package broker is the NATS server inside a farm, and the connection to it or to another.
package broker

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Options of the farm's own server.
type Options struct {
	Dir    string // of its state
	Listen string // host:port for workers; a port of 0 is any
	Cert   string // file of a certificate, for TLS, or ""
	Key    string // file of its key
	CA     string // file of certificates that those of clients must be signed by, or ""
	// Log is told what the server has to say that is worth a person's time.
	Log func(format string, args ...any)
}

// payloadMax bounds a message, in bytes. A finding's record is the largest.
const payloadMax = 1 << 20

// A Broker is a NATS server in this process, with its state on disk. Each write is synced
// before it is acknowledged, so kill -9 loses nothing that was.
type Broker struct {
	options Options
	keys    keys

	gate net.Listener // for workers of this machine, if the server itself wants TLS

	mu     sync.Mutex
	server *server.Server
	listen string // as it came to be, to be the same after a restart
}

// Start starts a server. Only who has credentials from its folder can connect.
func Start(o Options) (b *Broker, err error) {
	b = &Broker{options: o, listen: o.Listen}
	if b.keys, err = openKeys(filepath.Join(o.Dir, "keys")); err != nil {
		return nil, err
	}
	if err := b.start(); err != nil {
		return nil, err
	}
	if o.Cert != "" {
		if err := b.openGate(); err != nil {
			b.Stop()
			return nil, err
		}
	}
	return b, nil
}

func (b *Broker) start() error {
	host, port, err := net.SplitHostPort(b.listen)
	if err != nil {
		return fmt.Errorf("listening on %q: %w", b.listen, err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return fmt.Errorf("listening on %q: the port: %w", b.listen, err)
	}
	if number == 0 {
		number = server.RANDOM_PORT
	}
	dir := filepath.Join(b.options.Dir, "nats")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	options := &server.Options{
		ServerName: "battle-farm", Host: host, Port: number,
		JetStream: true, StoreDir: dir, SyncAlways: true,
		// What the disk has is watched elsewhere: the server's own idea of it is made when it
		// starts, and a farm runs for months.
		JetStreamMaxStore: 1 << 40, JetStreamMaxMemory: 256 << 20,
		MaxPayload: payloadMax, NoSigs: true,
	}
	if err := b.keys.apply(options); err != nil {
		return err
	}
	if b.options.Cert != "" {
		secured, err := server.GenTLSConfig(&server.TLSConfigOpts{CertFile: b.options.Cert, KeyFile: b.options.Key, CaFile: b.options.CA, Verify: b.options.CA != ""})
		if err != nil {
			return fmt.Errorf("TLS: %w", err)
		}
		options.TLS, options.TLSConfig, options.TLSVerify = true, secured, b.options.CA != ""
	}
	s, err := server.NewServer(options)
	if err != nil {
		return fmt.Errorf("the NATS server: %w", err)
	}
	s.SetLogger(&logger{b.options.Log}, false, false)
	s.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		s.Shutdown()
		return fmt.Errorf("the NATS server does not come up on %s", b.listen)
	}
	if !s.JetStreamEnabled() {
		s.Shutdown()
		return errors.New("the NATS server came up without its state")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.server, b.listen = s, s.Addr().String()
	return nil
}

// URL is where workers connect, those of other machines if it listens for them.
func (b *Broker) URL() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.server.ClientURL()
}

// Coordinator is how the coordinator connects, which may do everything: without a socket.
func (b *Broker) Coordinator() Access {
	return Access{URL: "nats://inside", Creds: b.keys.file(coordinatorFile), Log: b.options.Log, inside: b}
}

// Worker is how workers of this machine connect. Those of others need a copy of the file of
// credentials, the address that the server listens on, and TLS if the server has it.
func (b *Broker) Worker() Access {
	url := b.URL()
	if b.gate != nil {
		url = "nats://" + b.gate.Addr().String()
	}
	return Access{URL: url, Creds: b.keys.file(workerFile), Log: b.options.Log}
}

// Mend starts the server again if it has given up its state, which it does when the disk
// fails it. It tells whether it had to.
func (b *Broker) Mend() (bool, error) {
	b.mu.Lock()
	s := b.server
	b.mu.Unlock()
	if s.Running() && s.JetStreamEnabled() {
		return false, nil
	}
	s.Shutdown()
	s.WaitForShutdown()
	return true, b.start()
}

// Stop ends the server. What was acknowledged is on disk.
func (b *Broker) Stop() {
	if b.gate != nil {
		b.gate.Close()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.server.Shutdown()
	b.server.WaitForShutdown()
}

// logger passes on what is wrong.
type logger struct {
	log func(format string, args ...any)
}

func (l *logger) Noticef(string, ...any)            {}
func (l *logger) Debugf(string, ...any)             {}
func (l *logger) Tracef(string, ...any)             {}
func (l *logger) Warnf(format string, args ...any)  { l.log("NATS: "+format, args...) }
func (l *logger) Errorf(format string, args ...any) { l.log("NATS: "+format, args...) }
func (l *logger) Fatalf(format string, args ...any) { l.log("NATS: "+format, args...) }
