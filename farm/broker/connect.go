package broker

import (
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// Access is how to connect to a server, the farm's own or another.
type Access struct {
	URL   string
	Creds string // file of NATS credentials, or ""
	CA    string // file of certificates that the server's is to be signed by, or "" for the system's
	Cert  string // file of the client's certificate, or ""
	Key   string // file of its key
	// Log is told when the connection is lost, and when it is back.
	Log func(format string, args ...any)

	inside nats.InProcessConnProvider // a server of this process, or nil
}

// Connect connects, now or as soon as the server is there. The connection comes back whenever
// the server does. What can never work, such as a file that is not there, is an error.
func (a Access) Connect() (*nats.Conn, error) {
	options := []nats.Option{
		nats.Name("battle-farm"), nats.MaxReconnects(-1), nats.ReconnectWait(500 * time.Millisecond), nats.RetryOnFailedConnect(true),
		nats.Timeout(5 * time.Second), nats.PingInterval(10 * time.Second), nats.MaxPingsOutstanding(3),
		// What is sent while the server is away must fail, and be done again on purpose.
		nats.ReconnectBufSize(-1),
		nats.DisconnectErrHandler(func(c *nats.Conn, err error) {
			if err != nil {
				a.Log("NATS is lost: %v; connecting again", err)
			}
		}),
		nats.ReconnectHandler(func(c *nats.Conn) { a.Log("NATS is back at %s", c.ConnectedUrlRedacted()) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if !errors.Is(err, nats.ErrSlowConsumer) {
				a.Log("NATS: %v", err)
			}
		}),
	}
	if a.inside != nil {
		options = append(options, nats.InProcessServer(a.inside))
	}
	if a.Creds != "" {
		options = append(options, nats.UserCredentials(a.Creds))
	}
	if a.CA != "" {
		options = append(options, nats.RootCAs(a.CA))
	}
	if a.Cert != "" || a.Key != "" {
		options = append(options, nats.ClientCert(a.Cert, a.Key))
	}
	conn, err := nats.Connect(a.URL, options...)
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", a.URL, err)
	}
	return conn, nil
}
