package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"battle.test/statemachines/machine"
)

// The stories in testdata are commands to a network, and what the log says of each. Every
// fault has its story. -rewrite rewrites what the log says.
func TestStories(t *testing.T) {
	datadriven.Walk(t, "testdata/stories", func(t *testing.T, path string) {
		s := &story{network: New(Config{Log: 1000, Link: Link{Latency: Even(Millisecond, Millisecond)}, SyncTime: Even(Millisecond, Millisecond)})}
		datadriven.RunTest(t, path, s.run)
	})
}

type story struct {
	network *Network
	told    int // events of the log that were printed
}

// run does what a line says:
//
//	host name=ann at=1/1 machine=echo|counter|pulse [down]
//	impose [from=a,b] [to=c] [both] [cut] [hold] [loss=%] [burst=n] [duplicate=%] [reorder=%] [late=] [corrupt=%] [delay=] [throttle=n]
//	link from=ann to=bob [latency=] [bandwidth=n] [backlog=n]
//	lift rule=1; kill host=ann [power] [keep=n] [torn] [tear=n]; disk host=ann [full] [short] [stalled] [lying]
//	jump, drift, slow, inbox; start host=ann [cold]; pause, resume, snapshot host=ann; run for=1ms; step; settle for=1s
//	say host=ann (the command is the line below it); held; release i=0; discard i=0
//	upcoming; put-off i=0 until=1ms
func (s *story) run(t *testing.T, d *datadriven.TestData) string {
	a := words{t, d, s.network}
	n := s.network
	switch d.Cmd {
	case "host":
		n.Add(a.host())
	case "impose":
		n.Impose(Rule{From: a.ids("from"), To: a.ids("to"), Both: d.HasArg("both"), Faults: a.faults()})
	case "link":
		l := Link{Latency: a.span("latency"), Bandwidth: a.number("bandwidth"), Backlog: a.number("backlog")}
		n.SetLink(a.id("from"), a.id("to"), l)
	case "lift":
		n.Lift(Handle(a.number("rule")))
	case "kill":
		n.Kill(a.id("host"), Loss{Power: d.HasArg("power"), Keep: int(a.number("keep")), Torn: d.HasArg("torn"), Tear: int(a.number("tear"))})
	case "disk":
		n.SetDisk(a.id("host"), DiskFaults{Full: d.HasArg("full"), Short: d.HasArg("short"), Stalled: d.HasArg("stalled"), Lying: d.HasArg("lying")})
	case "jump":
		n.JumpClock(a.id("host"), a.span("by").Min)
	case "drift":
		n.DriftClock(a.id("host"), int(a.number("ppm")))
	case "slow":
		n.Slow(a.id("host"), a.span("by").Min)
	case "inbox":
		n.config.InboxMax = int(a.number("max"))
	case "start":
		if d.HasArg("cold") {
			_ = n.StartCold(a.id("host")) // the log has the error
			break
		}
		_ = n.Start(a.id("host")) // likewise
	case "pause":
		n.Pause(a.id("host"))
	case "resume":
		n.Resume(a.id("host"))
	case "snapshot":
		_ = n.TakeSnapshot(a.id("host"))
	case "say":
		n.Command(a.id("host"), []byte(d.Input))
		n.RunFor(0)
	case "run":
		n.RunFor(a.span("for").Min)
	case "step":
		n.Step()
	case "settle":
		err := n.Settle(a.span("for").Min, func() bool { return len(n.queue.events) == 0 })
		return s.news() + fmt.Sprintf("settled: %v\n", err)
	case "held":
		return s.held()
	case "upcoming":
		return s.upcoming()
	case "put-off":
		n.PutOff(int(a.number("i")), a.span("until").Min)
	case "release":
		n.Release(int(a.number("i")))
	case "discard":
		n.Discard(int(a.number("i")))
	default:
		t.Fatalf("%s: unknown command %q", d.Pos, d.Cmd)
	}
	return s.news()
}

// news is what the log has since the last command.
func (s *story) news() string {
	lines := strings.SplitAfter(s.network.Log().String(), "\n")
	fresh := strings.Join(lines[s.told:], "")
	s.told = len(lines) - 1
	return fresh
}

func (s *story) held() string {
	var b strings.Builder
	for i, h := range s.network.Held() {
		fmt.Fprintf(&b, "%d: #%d from %s to %s: %s\n", i, h.Number, s.network.Name(h.From), s.network.Name(h.To), h.Data)
	}
	return b.String()
}

func (s *story) upcoming() string {
	var b strings.Builder
	for i, u := range s.network.Upcoming() {
		line := fmt.Sprintf("%d: %s  %s  %s", i, seconds(u.At), s.network.Name(u.Host), u.Kind)
		if u.From >= 0 {
			line += fmt.Sprintf(" #%d from %s", u.Number, s.network.Name(u.From))
		}
		if len(u.Data) > 0 {
			line += fmt.Sprintf(": %s", u.Data)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// words are the arguments of a command; one that is left out is zero.
type words struct {
	t *testing.T
	d *datadriven.TestData
	n *Network
}

func (w words) text(name string) (text string) {
	if w.d.HasArg(name) {
		w.d.ScanArgs(w.t, name, &text)
	}
	return text
}

func (w words) number(name string) (n int64) {
	if w.d.HasArg(name) {
		w.d.ScanArgs(w.t, name, &n)
	}
	return n
}

func (w words) span(name string) Span {
	if !w.d.HasArg(name) {
		return Span{}
	}
	span, err := time.ParseDuration(w.text(name))
	require.NoError(w.t, err)
	return Even(int64(span), int64(span))
}

func (w words) chance(name string) Chance { return Percent(int(w.number(name))) }

func (w words) id(name string) ID {
	for id := range w.n.hosts {
		if w.n.hosts[id].Name == w.text(name) {
			return ID(id)
		}
	}
	w.t.Fatalf("%s: no host %q", w.d.Pos, w.text(name))
	return 0
}

func (w words) ids(name string) (ids []ID) {
	for _, arg := range w.d.CmdArgs {
		if arg.Key == name {
			for _, one := range arg.Vals {
				for id := range w.n.hosts {
					if w.n.hosts[id].Name == one {
						ids = append(ids, ID(id))
					}
				}
			}
		}
	}
	return ids
}

func (w words) faults() Faults {
	return Faults{
		Cut: w.d.HasArg("cut"), Hold: w.d.HasArg("hold"), Loss: w.chance("loss"), Burst: int(w.number("burst")),
		Duplicate: w.chance("duplicate"), Reorder: w.chance("reorder"), Late: w.span("late"), Corrupt: w.chance("corrupt"),
		Delay: w.span("delay"), Throttle: w.number("throttle"),
	}
}

func (w words) host() Host {
	h := Host{Name: w.text("name"), Down: w.d.HasArg("down")}
	var region, host uint16
	_, err := fmt.Sscanf(w.text("at"), "%d/%d", &region, &host)
	require.NoError(w.t, err)
	h.Address = machine.At(region, host)
	switch w.text("machine") {
	case "echo":
		h.Start = startEcho
	case "counter":
		h.Start = startCounter
	case "pulse":
		h.Start = startPulse(region, 10*Millisecond, 64)
	default:
		w.t.Fatalf("%s: no machine %q", w.d.Pos, w.text("machine"))
	}
	return h
}
