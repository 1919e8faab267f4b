package properties

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"battle.test/oracle"
	"battle.test/sim"
	"battle.test/statemachines/machine"
)

// Whatever order packets, timers, disks, crashes and grants come in: there is one stream, each
// message is in it once, in its publisher's order, what is accepted is not lost, and in the end
// everybody has all of it.
//
// An order is drawn as what is put off, and by how much; all else happens in its natural order. So rapid
// shrinks towards that, and what is left of a counterexample is what has to be late. This is
// delay-bounded scheduling: Emmi, Qadeer and Rakamarić, POPL 2011.
func TestOrderings(t *testing.T) {
	setRapid(t, "rapid.checks", "200")
	var last *bus
	t.Cleanup(func() { showStory(t, last) })
	runs, reached := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		d := newDeliveries()
		last = newBus(d)
		rt.Repeat(last.checked(last.moves()))
		if err := last.settle(d.behind); err != nil {
			rt.Fatal(err)
		}
		runs++
		if last.operator.led > 1 && len(d.stream) > 2 {
			reached++
		}
	})
	if runs >= 100 {
		require.Greater(t, reached, runs/4, "runs with messages in the stream, and with more than one epoch")
	}
}

// Where disks say that things are durable which are not, what was accepted is lost when the power
// goes, and this must be found: a subscriber is delivered something else, or nothing more.
func TestOrderingsFindWhatLyingDisksLose(t *testing.T) {
	lost := regexp.MustCompile(`another subscriber got|accepted was|has \d+ messages of`)
	drawn := rapid.Custom(func(t *rapid.T) error {
		d := newDeliveries()
		b := newBus(d)
		b.net.SetDisk(seqA, sim.DiskFaults{Lying: true})
		b.net.SetDisk(seqB, sim.DiskFaults{Lying: true})
		t.Repeat(b.moves())
		return b.settle(d.behind)
	})
	const runs = 1000
	for seed := range runs {
		if err := drawn.Example(seed); err != nil && lost.MatchString(err.Error()) {
			return
		}
	}
	t.Errorf("of %d runs none fails with %q", runs, lost)
}

// checked ends a run as soon as a judge finds something wrong.
func (b *bus) checked(moves map[string]func(*rapid.T)) map[string]func(*rapid.T) {
	moves[""] = func(t *rapid.T) {
		if b.wrong != nil {
			t.Fatal(b.wrong)
		}
	}
	return moves
}

// moves are what may happen to a bus, for [rapid.T.Repeat]. The first of them by name is the
// one that changes nothing, to which rapid shrinks the others.
func (b *bus) moves() map[string]func(*rapid.T) {
	name := rapid.SampledFrom(busNames[:asker])
	host := func(t *rapid.T) sim.ID { return sim.ID(slices.Index(busNames[:], name.Draw(t, "host"))) }
	return map[string]func(*rapid.T){
		"events": func(t *rapid.T) {
			for range rapid.IntRange(0, 40).Draw(t, "events") {
				b.net.Step()
			}
		},
		"grant": func(t *rapid.T) {
			b.grant(rapid.Bool().Draw(t, "to the other"), rapid.Bool().Draw(t, "alone"))
		},
		"kill": func(t *rapid.T) {
			b.net.Kill(host(t), sim.Loss{Power: rapid.Bool().Draw(t, "power"), Keep: rapid.IntRange(0, 60).Draw(t, "keep")})
		},
		"late disk":   b.late(machine.Synced),
		"late packet": b.late(machine.Packet),
		"late timer":  b.late(machine.Tick),
		"publish": func(t *rapid.T) {
			b.publish(pub1+sim.ID(rapid.IntRange(0, 1).Draw(t, "by")), rapid.IntRange(1, 3).Draw(t, "messages"))
		},
		"snapshot": func(t *rapid.T) {
			if id := host(t); id != pub1 && id != pub2 { // whose applications keep nothing
				require.NoError(t, b.net.TakeSnapshot(id))
			}
		},
		"start": func(t *rapid.T) {
			require.NoError(t, b.net.Start(host(t)))
		},
		"time": func(t *rapid.T) {
			b.net.RunFor(rapid.Int64Range(0, 30).Draw(t, "ms") * sim.Millisecond)
		},
	}
}

// late puts off one of the things of a kind that are under way, by 100 µs to 51 ms.
func (b *bus) late(kind machine.InputKind) func(*rapid.T) {
	return func(t *rapid.T) {
		nth, doublings := rapid.IntRange(0, 11).Draw(t, "nth"), rapid.IntRange(0, 9).Draw(t, "doublings")
		var places []int
		upcoming := b.net.Upcoming()
		for i, u := range upcoming {
			if u.Kind == kind {
				places = append(places, i)
			}
		}
		if len(places) > 0 {
			i := places[nth%len(places)]
			b.net.PutOff(i, upcoming[i].At+100*sim.Microsecond<<doublings)
		}
	}
}

// publish has a publisher's application publish messages, of which no two are equal.
func (b *bus) publish(by sim.ID, messages int) {
	for range messages {
		if b.net.Up(by) {
			b.said++
			b.net.Command(by, fmt.Appendf(nil, "text %d", b.said))
		}
	}
	b.net.RunFor(0)
}

const (
	// settles is the bound of the liveness phase, in virtual time.
	settles = sim.Second

	// quiet is how long it takes at least: then nothing is under way any more of what was put off,
	// and what a publisher that was killed left there has come to the stream, or never will.
	quiet = 100 * sim.Millisecond

	// storm is how many events are a storm meanwhile: heartbeats are some 5,000 a second.
	storm = 10_000
)

// settle ends what goes wrong, and has everybody catch up.
func (b *bus) settle(behind func() []string) error {
	began, from := b.net.Events(), b.net.Now()
	err := b.net.Settle(settles, func() bool {
		if b.wrong != nil || b.net.Events()-began > storm {
			return true
		}
		b.tend()
		return b.net.Now()-from > quiet && len(behind()) == 0
	})
	if b.wrong != nil {
		return b.wrong
	}
	if err != nil {
		return fmt.Errorf("%w: %q", err, behind())
	}
	if events := b.net.Events() - began; events > storm {
		return fmt.Errorf("a storm: %d events since all faults stopped: %q", events, behind())
	}
	return nil
}

// showStory shows what happened to a bus that failed: by host, and as a picture in a file.
func showStory(t *testing.T, b *bus) {
	if !t.Failed() {
		return
	}
	file, err := os.Create(filepath.Join(keptDir(t), "story.svg"))
	require.NoError(t, err)
	defer file.Close()
	require.NoError(t, b.net.Log().WriteDiagram(file))
	t.Logf("by host, without heartbeats; as a picture in %s\n%s", file.Name(), b.story())
}

// keptDir is a folder for what is to be looked at after the test: that of -artifacts, or a
// temporary one, which stays.
func keptDir(t *testing.T) string {
	if on := flag.Lookup("test.artifacts"); on != nil && on.Value.String() == "true" {
		return t.ArtifactDir()
	}
	dir, err := os.MkdirTemp("", "battle-properties-")
	require.NoError(t, err)
	return dir
}

// story is what happened, host by host.
func (b *bus) story() string {
	var text strings.Builder
	log := b.net.Log()
	for id := range busHosts {
		fmt.Fprintf(&text, "%s:\n", busNames[id])
		before := ""
		for _, e := range log.Events() {
			if e.Host != id || dull(e) {
				continue
			}
			line := log.Line(e)
			if kind := packetNumber.ReplaceAllString(line, ""); kind != before { // the same again is no news
				fmt.Fprintf(&text, "%8d µs  %s\n", e.At/sim.Microsecond, line)
				before = kind
			}
		}
	}
	return text.String()
}

var packetNumber = regexp.MustCompile(`#\d+`)

// dull tells what is not worth a line: what was sent is told where it arrives.
func dull(e sim.Event) bool {
	if e.Kind == sim.Received {
		p, err := oracle.ReadBusPacket(e.Data)
		return err == nil && p.Kind == "stream" && len(p.Data) == 0
	}
	return e.Kind == sim.Sent || e.Kind == sim.Wrote || e.Kind == sim.Synced
}
