package fuzz

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/battle"
	"battle.test/sim"
)

func picture(t *testing.T, target battle.Target[*cluster], kind, trace string) string {
	var out bytes.Buffer
	require.NoError(t, battle.WritePicture(&out, target, kind, trace))
	return out.String()
}

// TestClusterPictures: a run can be looked at.
func TestClusterPictures(t *testing.T) {
	timeline := picture(t, Cluster, battle.Timeline, clusterStory)
	for _, line := range []string{
		"==      10  kill host=seq-a power=true", "! seq-a   killed with", "! rep-1   disk: short write", "! tip-2   version set to 1",
		"imposed", "+ sub-1   restored from a snapshot of offset", "! disc-1  paused", "! sub-2   slowed", "events left out)", "of routine not shown)",
	} {
		require.Contains(t, timeline, line)
	}
	for _, line := range strings.Split(timeline, "\n") {
		require.LessOrEqual(t, len([]rune(line)), 100, line)
	}
	pcap := picture(t, Cluster, battle.Pcap, clusterStory)
	for _, text := range []string{"epoch 2", "leads, epoch 1", "by a cut", "the receiver is down"} {
		require.Contains(t, pcap, text)
	}
	diagram := picture(t, Cluster, battle.SVG, clusterStory)
	require.Contains(t, diagram, "killed with")
	for decoder := xml.NewDecoder(strings.NewReader(diagram)); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
	}
	var events []map[string]any
	require.NoError(t, json.Unmarshal([]byte(picture(t, Cluster, battle.TimelineJSON, clusterStory)), &events))
	require.Greater(t, len(events), 1000)
}

// TestClusterPicturesEndWithTheFailure: what the network showed to be wrong stands where it was
// seen, and what an update found out at the end.
func TestClusterPicturesEndWithTheFailure(t *testing.T) {
	target := Cluster
	target.Check = func(t *battle.T, c *cluster) {
		if c.said > 0 {
			t.Errorf("somebody spoke")
		}
	}
	timeline := picture(t, target, battle.Timeline, "run micros=2000; message by=0 length=9 count=1; run micros=9000")
	require.True(t, strings.HasSuffix(timeline, "\n     2.000    ==      2  message by=0 length=9 count=1\n     2.000  !         fails: somebody spoke\n"), timeline)

	c := newCluster()
	c.Record()
	c.net.RunFor(sim.Millisecond)
	c.saw(sim.Event{Kind: sim.Sent, Host: Tip1.id(), Data: []byte("no packet")})
	c.net.RunFor(sim.Millisecond)
	var out bytes.Buffer
	require.NoError(t, c.Pictures(&battle.Failure{Message: c.wrong.Error()})[0].Write(&out))
	require.Contains(t, out.String(), "\n     1.000  ! tip-1   fails: at 0.000000000 s, tip-1: ")
	require.Equal(t, 1, strings.Count(out.String(), "fails:"))
}
