package tip

import (
	"cmp"
	"fmt"
	"math"
)

// Config is what an operator sets. A field that is zero has its default.
type Config struct {
	Stream   string // the stream's name, as snapshots have it
	Region   uint16 // the machine's own
	Capacity int    // of the ring, in bytes; default 64 MiB

	Local  Limits // for clients of the same region
	Remote Limits // for all others

	QueueMax     int   // requests that wait at a time, of all clients; default 1024
	ClientsMax   int   // clients that wait or have lately been answered; default 1024
	StepMax      int   // answers sent in one step; default 16
	MissingEvery int64 // ns between two reports of the same hole; default 1 ms
}

// Limits are what a client may ask for. A field that is zero has its default.
type Limits struct {
	AnswerMax  uint32 // bytes in an answer; default 64 KiB, at most 1 MiB
	Rate       uint64 // bytes a second, overhead included; default 100 MB
	Burst      uint64 // bytes that a client that was quiet may have at once; default 1 MiB
	WaitingMax int    // requests of one client that wait; default 64
}

// Overhead is what an answer costs its client beside its bytes: a refusal is not free.
const Overhead = 64

const (
	answerMax = 1 << 20
	second    = 1_000_000_000 // ns
	burstMax  = 1 << 32       // at a byte a second that is 2^62 ns, which fits
)

func (c Config) withDefaults() (Config, error) {
	c.Capacity = cmp.Or(c.Capacity, 64<<20)
	c.QueueMax, c.ClientsMax = cmp.Or(c.QueueMax, 1024), cmp.Or(c.ClientsMax, 1024)
	c.StepMax = cmp.Or(c.StepMax, 16)
	c.MissingEvery = cmp.Or(c.MissingEvery, second/1000)
	for _, field := range []struct {
		name string
		n    int64
	}{
		{"Capacity", int64(c.Capacity)}, {"QueueMax", int64(c.QueueMax)}, {"ClientsMax", int64(c.ClientsMax)},
		{"StepMax", int64(c.StepMax)}, {"MissingEvery", c.MissingEvery},
	} {
		if field.n < 0 {
			return c, fmt.Errorf("tip: %s is %d, want at least 1, or 0 for the default", field.name, field.n)
		}
	}
	var err error
	if c.Local, err = c.Local.withDefaults("Local"); err != nil {
		return c, err
	}
	c.Remote, err = c.Remote.withDefaults("Remote")
	return c, err
}

func (l Limits) withDefaults(name string) (Limits, error) {
	l.AnswerMax = cmp.Or(l.AnswerMax, 64<<10)
	l.Rate = cmp.Or(l.Rate, 100_000_000)
	l.Burst = cmp.Or(l.Burst, 1<<20)
	l.WaitingMax = cmp.Or(l.WaitingMax, 64)
	switch {
	case l.AnswerMax > answerMax:
		return l, fmt.Errorf("tip: %s.AnswerMax is %d, want at most %d", name, l.AnswerMax, answerMax)
	case l.Burst > burstMax:
		return l, fmt.Errorf("tip: %s.Burst is %d, want at most %d", name, l.Burst, uint64(burstMax))
	case l.WaitingMax < 0:
		return l, fmt.Errorf("tip: %s.WaitingMax is %d, want at least 1, or 0 for the default", name, l.WaitingMax)
	}
	return l, nil
}

// cost is how long n bytes take at the client's rate, in ns.
func (l *Limits) cost(n uint64) int64 { return int64(n * second / l.Rate) }

// burst is how long a burst takes.
func (l *Limits) burst() int64 { return int64(l.Burst * second / l.Rate) }

// plus adds times, and stays at the ends of the range instead of passing them.
func plus(a, b int64) int64 {
	sum := a + b
	switch {
	case b > 0 && sum < a:
		return math.MaxInt64
	case b < 0 && sum > a:
		return math.MinInt64
	}
	return sum
}
