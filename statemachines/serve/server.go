package serve

import (
	"cmp"
	"fmt"
	"slices"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// Limits are what clients may ask of a server. A field that is zero has its default.
type Limits struct {
	AnswerMax  int    // bytes in an answer; default 32 KiB, at most wire.PayloadMax
	Rate       uint64 // of a client, in bytes a second; default 100 MB
	Burst      uint64 // of a client that was quiet; default 1 MiB
	ClientsMax int    // clients that were answered lately; default 1024
}

// Overhead is what an answer costs its client beside its bytes: a refusal is not free.
const Overhead = 64

// A Server answers requests. What it knows are the clients it answered lately.
type Server struct {
	answerMax int
	clients   *Buckets
	scratch   []byte
	refused   [wire.RefusalReasons]uint64
}

// NewServer makes a server that has answered nobody.
func NewServer(l Limits) (*Server, error) {
	l.AnswerMax, l.ClientsMax = cmp.Or(l.AnswerMax, 32<<10), cmp.Or(l.ClientsMax, 1024)
	rate := Rate{cmp.Or(l.Rate, 100_000_000), cmp.Or(l.Burst, 1<<20)}
	if l.AnswerMax < 0 || l.AnswerMax > wire.PayloadMax {
		return nil, fmt.Errorf("serve: AnswerMax is %d, want at most %d, or 0 for the default", l.AnswerMax, wire.PayloadMax)
	}
	if l.ClientsMax < 0 {
		return nil, fmt.Errorf("serve: ClientsMax is %d, want at least 1, or 0 for the default", l.ClientsMax)
	}
	if err := rate.Check(); err != nil {
		return nil, err
	}
	return &Server{answerMax: l.AnswerMax, clients: NewBuckets(rate, l.ClientsMax)}, nil
}

// Refused are how many requests were refused, by reason. They are no part of the state.
func (s *Server) Refused() [wire.RefusalReasons]uint64 { return s.refused }

// Buckets are the server's state.
func (s *Server) Buckets() *Buckets { return s.clients }

// Clone is a copy.
func (s *Server) Clone() *Server {
	return &Server{answerMax: s.answerMax, clients: s.clients.Clone(), refused: s.refused}
}

// Answer appends the answer to a request of an epoch to dst, or the refusal. The header is
// the server's own, with the epoch that it is in, and bounds are what it has of the stream:
// of the log it may give out less than all.
func (s *Server) Answer(dst []byte, now int64, client machine.Address, asked uint64, r wire.Request, h wire.Header, b wire.Bounds, log *Log) []byte {
	n := 0
	if asked == h.Epoch && r.Offset >= b.First && r.Offset <= b.Tail {
		n = int(min(uint64(r.Length), uint64(s.answerMax), b.Tail-r.Offset))
	}
	refusal := wire.Refusal{Offset: r.Offset, Bounds: b}
	wait := int64(0)
	if r.Length > 0 {
		wait = s.clients.Take(uint64(client), now, n+Overhead)
	}
	switch {
	case r.Length == 0:
		refusal.Reason = wire.Malformed
	case wait > 0:
		refusal.Reason, refusal.Retry = wire.Busy, uint64(wait)
	case asked != h.Epoch:
		refusal.Reason = wire.WrongEpoch
	case r.Offset < b.First:
		refusal.Reason = wire.TooOld
	case r.Offset > b.Tail:
		refusal.Reason = wire.Future
	default:
		s.scratch = slices.Grow(s.scratch[:0], n)[:n]
		answer := wire.Answer{Offset: r.Offset, Bounds: b, Data: s.scratch}
		log.Copy(answer.Data, r.Offset)
		return answer.Append(dst, h)
	}
	s.refused[refusal.Reason]++
	return refusal.Append(dst, h)
}
