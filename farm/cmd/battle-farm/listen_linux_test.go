package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestNothingListensBeyondLoopback looks at all sockets that the processes of a farm listen
// on, when it is started with nothing said about it.
func TestNothingListensBeyondLoopback(t *testing.T) {
	o, err := parse([]string{"-battle", "battle", "-state", t.TempDir()})
	require.NoError(t, err)
	require.Regexp(t, `^127\.0\.0\.1:`, o.http)
	require.Regexp(t, `^127\.0\.0\.1:`, o.listen)

	tr := gather(t, false)
	tr.commit("begun", 7, 20)
	tr.begin()
	tr.work()
	listening := 0
	for _, p := range tr.players {
		for _, address := range sockets(t, p.cmd.Process.Pid) {
			require.Regexp(t, `^0100007F:`, address, "%s listens on it", p.name)
			listening++
		}
	}
	require.Equal(t, 2, listening, "the page, and NATS")
}

// sockets are the addresses that a process listens on, in the system's own writing.
func sockets(t *testing.T, pid int) (all []string) {
	t.Helper()
	own := make(map[string]bool)
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	require.NoError(t, err)
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil {
			own[strings.TrimSuffix(strings.TrimPrefix(to, "socket:["), "]")] = true
		}
	}
	for _, table := range []string{"tcp", "tcp6"} {
		content, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		require.NoError(t, err)
		for line := range strings.Lines(string(content)) {
			const listens = "0A"
			if words := strings.Fields(line); len(words) > 9 && words[3] == listens && own[words[9]] {
				all = append(all, words[1])
			}
		}
	}
	return all
}

// TestAFarmEndsInOrder tells a farm to end, with a worker of its own: nothing is left, and
// nothing is said to be wrong.
func TestAFarmEndsInOrder(t *testing.T) {
	tr := gather(t, false)
	tr.commit("begun", 7, 20)
	tr.players = tr.players[:1]
	farm := tr.players[0]
	for i, arg := range farm.args {
		if arg == "-workers" {
			farm.args[i+1] = "1"
		}
	}
	tr.begin()
	tr.work()
	content, err := os.ReadFile(farm.log.Name())
	require.NoError(t, err)
	url := regexp.MustCompile(`http://\S+/`).FindString(string(content))
	require.NotEmpty(t, url)
	for status := 0; status != http.StatusOK; { // from the first moment there is an answer
		reply, err := http.Get(url + "healthz")
		require.NoError(t, err)
		require.NoError(t, reply.Body.Close())
		status = reply.StatusCode
		time.Sleep(20 * time.Millisecond)
	}
	require.NoError(t, farm.cmd.Process.Signal(os.Interrupt))
	<-farm.ended
	require.Zero(t, farm.cmd.ProcessState.ExitCode())
	content, err = os.ReadFile(farm.log.Name())
	require.NoError(t, err)
	require.NotContains(t, string(content), "canceled")
	require.NotContains(t, string(content), "worker 1 ended")
}
