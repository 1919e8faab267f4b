package schedule

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnEmptyChannelBlocksItsReceiver(t *testing.T) {
	s := stage(t, "receives", "sends")
	c := make(chan int, 1)
	got := 0
	s.Begin(0, "receives", func() { got = Recv(1, c) })
	require.Equal(t, Blocked, s.Run(0, 0))
	require.True(t, s.Stuck())
	s.Begin(1, "sends", func() { Send(2, c)(5) })
	s.Run(1, 0)
	require.Zero(t, got)
	s.Run(0, 0)
	require.Equal(t, 5, got)
}

func TestAFullChannelBlocksItsSender(t *testing.T) {
	s := stage(t, "sends", "receives")
	c := make(chan int, 1)
	s.Begin(0, "sends", func() { Send(1, c)(1); Send(1, c)(2) })
	require.Equal(t, Blocked, s.Run(0, 0))
	var got []int
	s.Begin(1, "receives", func() { got = append(got, Recv(2, c), Recv(2, c)) })
	require.Equal(t, Idle, s.Run(1, 0))
	require.Equal(t, []int{1, 2}, got)
	require.Equal(t, Idle, s.Run(0, 0))
}

// Neither is ever really in the channel.
func TestTwoMeetAtAnUnbufferedChannel(t *testing.T) {
	for name, order := range map[string][2]int{"the sender waits": {0, 1}, "the receiver waits": {1, 0}} {
		t.Run(name, func(t *testing.T) {
			s := stage(t, "sends", "receives")
			c := make(chan string)
			got := ""
			s.Begin(0, "sends", func() { Send(1, c)("it") })
			s.Begin(1, "receives", func() { got = Recv(2, c) })
			require.Equal(t, Blocked, s.Run(order[0], 0))
			require.Equal(t, Idle, s.Run(order[1], 0), "who comes second does not wait")
			require.Equal(t, Idle, s.Run(order[0], 0))
			require.Equal(t, "it", got)
		})
	}
}

func TestASelectTakesWhatComes(t *testing.T) {
	s := stage(t, "selects", "sends", "closes")
	numbers, stop, full := make(chan int), make(chan struct{}), make(chan int)
	var got []string
	s.Begin(0, "selects", func() {
		for {
			a, b, c := Receive(numbers), Receive(stop), SendTo(full).Of(3)
			Await(1, false, a, b, c)
			select {
			case n := <-a.C:
				got = append(got, string(rune('0'+n)))
			case _, open := <-b.C:
				require.False(t, open)
				got = append(got, "stop")
				return
			case c.C <- c.V:
				got = append(got, "sent")
			}
		}
	})
	require.Equal(t, Blocked, s.Run(0, 0))
	s.Begin(1, "sends", func() { Send(2, numbers)(7) })
	require.Equal(t, Idle, s.Run(1, 0))
	require.Equal(t, Blocked, s.Run(0, 0))
	s.Begin(1, "receives", func() { require.Equal(t, 3, Recv(2, full)) })
	require.Equal(t, Idle, s.Run(1, 0))
	s.Begin(2, "closes", func() { Close(3, stop) })
	s.Run(2, 0)
	require.Equal(t, Idle, s.Run(0, 0))
	require.Equal(t, []string{"7", "sent", "stop"}, got)
}

func TestADefaultDoesNotWait(t *testing.T) {
	s := stage(t, "selects")
	took := ""
	s.Begin(0, "selects", func() {
		a := Receive(make(chan int))
		Await(1, true, a)
		select {
		case <-a.C:
			took = "the case"
		default:
			took = "the default"
		}
	})
	s.Run(0, 0)
	require.Equal(t, "the default", took)
}

// A channel that somebody off the stage closes, as a context's is, is closed for all.
func TestAChannelThatWasClosedElsewhereIsSeen(t *testing.T) {
	s := stage(t, "ranges")
	c := make(chan int, 2)
	sum := 0
	s.Begin(0, "ranges", func() {
		for n := range Range(1, c) {
			sum += n
		}
	})
	require.Equal(t, Blocked, s.Run(0, 0))
	c <- 1
	c <- 2
	close(c)
	require.Equal(t, Idle, s.Run(0, 0))
	require.Equal(t, 3, sum)
}

func TestASenderPanicsWhenItsChannelIsClosed(t *testing.T) {
	s := stage(t, "sends", "closes")
	c := make(chan int)
	s.Begin(0, "sends", func() { Send(1, c)(1) })
	require.Equal(t, Blocked, s.Run(0, 0))
	s.Begin(1, "closes", func() { Close(2, c) })
	s.Run(1, 0)
	s.Run(0, 0)
	require.ErrorContains(t, s.Panicked().Value.(error), "send on closed channel")
}

func TestNobodyComesToANilChannel(t *testing.T) {
	s := stage(t, "sends", "receives")
	var c chan int
	s.Begin(0, "sends", func() { Send(1, c)(1) })
	s.Begin(1, "receives", func() { Recv(2, c) })
	s.Interleave(nil, nil)
	require.True(t, s.Stuck())
}
