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
	conn, err := nats.Connect(a.URL, append(a.options(), nats.RetryOnFailedConnect(true))...)
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", a.URL, err)
	}
	return conn, nil
}

func (a Access) options() []nats.Option {
	options := []nats.Option{
		nats.Name("battle-farm"), nats.MaxReconnects(-1), nats.ReconnectWait(500 * time.Millisecond),
		nats.Timeout(5 * time.Second), nats.PingInterval(10 * time.Second), nats.MaxPingsOutstanding(3),
		// Who is refused twice would be disconnected for good: the right keys may come.
		nats.IgnoreAuthErrorAbort(),
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
	return options
}

// Why says what is behind an error of a connection: while there is none, NATS only says that
// it can't send. So it tries to connect, once.
func (a Access) Why(conn *nats.Conn, err error) error {
	if err == nil || conn.IsConnected() {
		return err
	}
	other, why := nats.Connect(a.URL, a.options()...)
	switch {
	case why == nil:
		other.Close()
		return err
	case !errors.Is(why, nats.ErrAuthorization):
		return fmt.Errorf("%s is out of reach: %w", a.URL, why)
	case a.Creds == "":
		return fmt.Errorf("%s wants credentials, a worker those of keys/worker.creds in the farm's folder: say -creds FILE: %w", a.URL, why)
	}
	return fmt.Errorf("%s does not take the credentials of %s: say others with -creds: %w", a.URL, a.Creds, why)
}
