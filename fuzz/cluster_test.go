package fuzz

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/corpus"
	"battle.test/sim"
)

func FuzzCluster(f *testing.F) { battle.Fuzz(f, Cluster) }

// clusterStory is a trace in which everything is used once.
const clusterStory = `
run micros=20000
message by=0 length=40 count=4
message by=1 length=10 count=2
run-events count=30
disturb from=asker to=asker loss=20 burst=1 duplicate=20 reorder=20 corrupt=20 delay=500 throttle=900
run micros=30000
save-state host=sub-1
save-state host=seq-b
save-state host=pub-1
kill host=seq-a power=true keep=30 torn=true tear=1
message by=0 length=30 count=3
elect other=true alone=false
run micros=30000
boot host=seq-a cold=false
boot host=sub-2 cold=false
kill host=sub-1 power=false keep=0 torn=false tear=0
kill host=pub-1 power=false keep=0 torn=false tear=0
boot host=sub-1 cold=false
boot host=pub-1 cold=false
upgrade host=tip-2
kill host=tip-2 power=false keep=0 torn=false tear=0
misplace of=seq-a to=rep-2 stream=true
mangle to=rep-2 from=seq-a wrong=damaged at=50 by=1
doze sub=2 wake=false
bulk by=1 length=3000
mend which=0 all=true
sever-regions one-way=true
clog from=rep-1 to=tip-1
freeze host=disc-1
drag host=sub-2 micros=900
set-clock host=pub-2 millis=-50 ppm=200
message by=1 length=60 count=4
ask-server server=rep-1 from=tail offset=-100 length=90 old=false
ask-server server=tip-1 from=first offset=-10 length=90 old=true
resend to=rep-1 at=60 xor=1 cut=3
run micros=20000
unclog which=0 lose=true
thaw host=disc-1
boot host=tip-2 cold=true
spoil-disk host=rep-1 full=false short=true stalled=false
sever a=pub-2 b=seq-b one-way=false
sever-host host=sub-3
run micros=20000
settle
`

// runCluster runs a trace on a cluster with a log, and returns that.
func runCluster(t *testing.T, trace string) *cluster {
	c := clusterWithLog(1 << 20)
	goOn(t, c, trace)
	return c
}

// goOn runs a trace on a cluster as it is.
func goOn(t *testing.T, c *cluster, trace string) {
	target := Cluster
	target.New = func() *cluster { return c }
	battle.ReplayTrace(t, target, trace)
}

// TestClusterRepeats: the same trace, the same log of all hosts, to the byte.
func TestClusterRepeats(t *testing.T) {
	one, other := runCluster(t, clusterStory), runCluster(t, clusterStory)
	require.Equal(t, one.net.Log().String(), other.net.Log().String())
	require.Len(t, one.bus.Messages, 11, "of 14: pub-1 was killed before it had sent three, and its application did not keep them")
	require.Greater(t, one.net.Events(), uint64(1000))
}

// TestClusterOfAClone: a clone goes on as the cluster does, and neither notices the other.
func TestClusterOfAClone(t *testing.T) {
	c := runCluster(t, clusterStory)
	clone := c.clone()
	for _, one := range []*cluster{c, clone} {
		(&Message{By: 1, Length: 30, Count: 3}).Apply(nil, one)
		(&Sever{A: SeqA, B: SeqB}).Apply(nil, one)
		one.net.RunFor(50 * sim.Millisecond)
		one.operator.elect(one, true, true)
		one.net.RunFor(sim.Second)
		require.NoError(t, one.wrong)
	}
	require.Equal(t, c.net.Log().String(), clone.net.Log().String())
	require.Equal(t, c.bus, clone.bus)
	require.NotEqual(t, c.operator.epoch, c.operator.led-1)
}

// TestClusterGoesOnFromACopy: a copy of any moment goes on as a run that was never copied, to the
// byte of the log, whatever becomes of another copy meanwhile; and so does its original.
func TestClusterGoesOnFromACopy(t *testing.T) {
	const havoc = `
message by=0 length=60 count=4
kill host=seq-a power=true keep=0 torn=false tear=0
kill host=tip-1 power=true keep=0 torn=false tear=0
save-state host=rep-1
disturb from=asker to=asker loss=60 burst=5 duplicate=60 reorder=60 corrupt=60 delay=900 throttle=9
elect other=true alone=true
run micros=30000
boot host=seq-a cold=true
`
	straight := runCluster(t, clusterStory)
	want, updates := straight.net.Log().String(), strings.SplitAfter(strings.TrimSpace(clusterStory), "\n")
	for at := 1; at < len(updates); at += 4 {
		c := runCluster(t, strings.Join(updates[:at], ""))
		other, copied := c.clone(), c.clone()
		before, bus := c.net.Log().String(), c.bus.Clone()
		goOn(t, other, havoc)
		require.NotEqual(t, before, other.net.Log().String())
		require.Equal(t, before, c.net.Log().String())
		require.Equal(t, bus, c.bus)
		for _, one := range []*cluster{copied, c} {
			goOn(t, one, strings.Join(updates[at:], ""))
			require.Equal(t, want, one.net.Log().String(), "from update %d on", at)
			require.Equal(t, straight.bus, one.bus)
		}
	}
}

// TestClusterSeedsTellTheirStories: they come to what they tell of.
func TestClusterSeedsTellTheirStories(t *testing.T) {
	for name, lines := range map[string][]string{
		"slow-client":              {"sub-1   delivered: cut-off at byte 40"},
		"region-catches-up":        {"to sub-3: answer, epoch 1, from 340 on 300 bytes", "sub-3   received #924 from rep-2: stream, epoch 1, bytes 340 to 650"},
		"gone-with-its-publisher":  {"rep-1   received #183 from seq-a: stream, epoch 1, bytes 60 to 120", "seq-a   delivered: leads, epoch 2, offset 60"},
		"upgrade-in-a-later-epoch": {"tip-1   restored from a snapshot of offset 300", "tip-1   sent #376 to sub-1: refusal, epoch 2"},
		"wrong-snapshots":          {"sub-1   snapshot refused", "tip-1   snapshot refused", "rep-1   snapshot refused", "pub-1   snapshot refused"},
	} {
		trace, err := corpus.FS.ReadFile("cluster/seeds/" + name + ".trace")
		require.NoError(t, err)
		log := runCluster(t, string(trace)).net.Log().String()
		for _, line := range lines {
			require.True(t, strings.Contains(log, line), "%s: want %q in the log", name, line)
		}
	}
}

// loud is a cluster whose publishers always have something to say.
func loud() *cluster {
	c := newCluster()
	c.net.RunFor(100 * sim.Millisecond)
	return c
}

// BenchmarkCluster is a ms of virtual time, in which each publisher sends so many messages, with
// all that the model of the bus has to say about it.
func BenchmarkCluster(b *testing.B) {
	for _, each := range []int{0, 1, 10, 40} {
		b.Run(fmt.Sprint("messages=", 2*each), func(b *testing.B) {
			var events uint64
			var messages, spans int
			b.ReportAllocs()
			for c := loud(); b.Loop(); spans++ {
				before, said := c.net.Events(), len(c.bus.Messages)
				c.publish(each)
				c.net.RunFor(sim.Millisecond)
				events += c.net.Events() - before
				messages += len(c.bus.Messages) - said
				if c.bus.Accepted.Len() > 1<<16 { // the model keeps all of the stream, and so does a replicator
					b.StopTimer()
					require.NoError(b, c.wrong)
					c = loud()
					b.StartTimer()
				}
			}
			seconds := b.Elapsed().Seconds()
			b.ReportMetric(float64(events)/seconds/1e6, "Mevents/s")
			b.ReportMetric(float64(messages)/float64(spans)*1000, "messages/virtual-s")
			b.ReportMetric(float64(spans)/1000/seconds, "x-real-time")
		})
	}
}

// publish has each application publish messages.
func (c *cluster) publish(each int) {
	for _, by := range []Member{Pub1, Pub2} {
		for range each {
			c.said++
			c.net.Command(by.id(), payload(c.said, 40))
		}
	}
}

// BenchmarkClusterClone copies the model along.
func BenchmarkClusterClone(b *testing.B) {
	c := loud()
	for range 50 {
		(&Message{Length: 40, Count: 2}).Apply(nil, c)
		c.net.RunFor(sim.Millisecond)
	}
	b.ReportAllocs()
	for b.Loop() {
		c.clone()
	}
}

// BenchmarkClusterNew is what a run costs before its first update.
func BenchmarkClusterNew(b *testing.B) {
	for b.Loop() {
		newCluster()
	}
}
