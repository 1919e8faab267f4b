package oracle

import (
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPacketsAreReadAsTheDocumentShowsThem reads the bytes that docs/bus.md refers to.
func TestPacketsAreReadAsTheDocumentShowsThem(t *testing.T) {
	file, err := os.ReadFile("../statemachines/wire/testdata/packets.txt")
	require.NoError(t, err)
	want := map[string]BusPacket{
		"stream version=1":   {Kind: "stream", Epoch: 7, Start: 300000, Offset: 315567, Committed: 315500},
		"stream version=2":   {Kind: "stream", Epoch: 7, Start: 300000, Offset: 315567, Committed: 315500, Time: 1700000000000000000},
		"request version=1":  {Kind: "request", Epoch: 7, Offset: 313425, Length: 1400},
		"answer version=1":   {Kind: "answer", Epoch: 7, Offset: 315560, Start: 300000, First: 313000, Tail: 315567, Committed: 315500},
		"inject version=1":   {Kind: "inject", Epoch: 7, Publisher: 5, Sequence: 1},
		"injected version=1": {Kind: "injected", Epoch: 7, Publisher: 5, Tail: 315567, Committed: 315500, Reason: "too fast"},
		"found version=1":    {Kind: "found", Epoch: 7},
	}
	for _, part := range strings.Split(string(file), "\n\n") {
		name, lines, _ := strings.Cut(strings.TrimSpace(part), "\n----\n")
		expected, there := want[name]
		if !there {
			continue
		}
		delete(want, name)
		var packet []byte
		for line := range strings.Lines(lines) {
			b, err := hex.DecodeString(strings.Join(strings.Fields(line)[1:], ""))
			require.NoError(t, err, line)
			packet = append(packet, b...)
		}
		p, err := ReadBusPacket(packet)
		require.NoError(t, err, name)
		data := string(p.Data)
		p.Data = nil
		require.Equal(t, expected, p, name)
		switch p.Kind {
		case "stream":
			require.True(t, strings.HasSuffix(data, "hello"))
			require.Len(t, data, 25)
		case "answer":
			require.Equal(t, "abcdefg", data)
		case "inject":
			require.Equal(t, "hello", data)
		}
		for i := range packet {
			packet[i] ^= 0x10
			_, err := ReadBusPacket(packet)
			require.Error(t, err, "%s: byte %d is wrong", name, i)
			packet[i] ^= 0x10
		}
		_, err = ReadBusPacket(packet[:len(packet)-1])
		require.Error(t, err)
	}
	require.Empty(t, want)
}

// ledBus is a bus on which leader "a" of epoch 1 has sent two messages, of which the first
// is accepted.
func ledBus(t *testing.T) (b *Bus, first, second []byte) {
	b = NewBus()
	b.Publish(5, []byte("one"))
	b.Publish(5, []byte("two"))
	b.Grant(1, "a")
	first, second = busFrame(5, 1, "one"), busFrame(5, 2, "two")
	require.NoError(t, b.Sent("a", BusPacket{Kind: "stream", Epoch: 1, Data: first}))
	require.NoError(t, b.Sent("a", BusPacket{Kind: "stream", Epoch: 1, Offset: 23, Data: second, Committed: 23}))
	return b, first, second
}

func TestTheBusDeliversWhatIsAccepted(t *testing.T) {
	b, _, _ := ledBus(t)
	b.Delivered["s"] = 0
	require.Equal(t, []string{"s is at byte 0 of 23", "publisher 5 waits for 2 messages to be accepted"}, b.Behind())
	require.NoError(t, b.Deliver("s", 5, 1, []byte("one")))
	require.ErrorContains(t, b.Deliver("s", 5, 2, []byte("two")), "at byte 23, and 23 bytes are accepted")
	require.NoError(t, b.Sent("a", BusPacket{Kind: "stream", Epoch: 1, Offset: 46, Committed: 46}))
	c := b.Clone()
	require.NoError(t, b.Deliver("s", 5, 2, []byte("two")))
	require.NoError(t, b.Notice(5, 1, 23))
	require.ErrorContains(t, b.Notice(5, 2, 23), "it is message 2, up to 46")
	require.NoError(t, b.Notice(5, 2, 46))
	require.ErrorContains(t, b.Notice(5, 2, 46), "the application waits for none")
	require.Empty(t, b.Behind())
	require.ErrorContains(t, c.Deliver("s", 5, 1, []byte("one")), "want message 2", "a message is delivered once")
	b.Restore("s", 0)
	require.NoError(t, b.Deliver("s", 5, 1, []byte("one")), "it came back from a state in which it had delivered nothing")
}

func TestTheBusRefusesWhatMustNotBe(t *testing.T) {
	cases := []struct {
		name, want string
		do         func(b *Bus, first, second []byte) error
	}{
		{"bytes that nobody sent", "is 0x00, and was 0x03", func(b *Bus, first, _ []byte) error {
			return b.Sent("tip", BusPacket{Kind: "answer", Epoch: 1, Tail: 46, Data: make([]byte, len(first))})
		}},
		{"bytes past what the leader sent", "and the leader has not sent it", func(b *Bus, _, _ []byte) error {
			return b.Sent("tip", BusPacket{Kind: "answer", Epoch: 1, Offset: 46, Tail: 50, Data: []byte{0}})
		}},
		{"an acceptance that is taken back", "epoch 2 begins at 10, and 23 bytes were accepted in epoch 1", func(b *Bus, _, _ []byte) error {
			b.Grant(2, "b")
			return b.Sent("b", BusPacket{Kind: "stream", Epoch: 2, Start: 10, Offset: 10})
		}},
		{"an old leader that goes on accepting", "epoch 1 has accepted 46 bytes, and epoch 2 began at 23", func(b *Bus, _, _ []byte) error {
			b.Grant(2, "b")
			if err := b.Sent("b", BusPacket{Kind: "stream", Epoch: 2, Start: 23, Offset: 23, Committed: 23}); err != nil {
				return err
			}
			return b.Sent("a", BusPacket{Kind: "stream", Epoch: 1, Offset: 46, Committed: 46})
		}},
		{"another history below where an epoch begins", "is accepted as 0x03, and is 0x07 in epoch 2", func(b *Bus, _, _ []byte) error {
			b.Grant(2, "b")
			if err := b.Sent("b", BusPacket{Kind: "stream", Epoch: 2, Start: 46, Offset: 46, Committed: 23}); err != nil {
				return err
			}
			if err := b.Sent("tip", BusPacket{Kind: "answer", Epoch: 2, Start: 46, Offset: 23, Tail: 46, Data: []byte{7}}); err != nil {
				return err
			}
			return b.Sent("a", BusPacket{Kind: "stream", Epoch: 1, Offset: 46, Committed: 46})
		}},
		{"two histories of one epoch", "byte 45 of epoch 1 is 0x78, and was 0x6f", func(b *Bus, _, second []byte) error {
			other := append([]byte(nil), second...)
			other[22] = 'x'
			return b.Sent("a", BusPacket{Kind: "stream", Epoch: 1, Offset: 23, Data: other})
		}},
		{"an epoch of nobody", "epoch 2, which nobody was granted", func(b *Bus, _, _ []byte) error {
			return b.Sent("b", BusPacket{Kind: "stream", Epoch: 2})
		}},
		{"an epoch that begins twice", "epoch 1 begins at 3, and began at 0", func(b *Bus, _, _ []byte) error {
			return b.Sent("tip", BusPacket{Kind: "refusal", Epoch: 1, Start: 3})
		}},
		{"an acceptance that the leader does not know of", "46 bytes are accepted, and the leader has said 23", func(b *Bus, _, _ []byte) error {
			return b.Sent("tip", BusPacket{Kind: "stream", Epoch: 1, Offset: 46, Committed: 46})
		}},
		{"a message twice", "its number is not 3, the next", func(b *Bus, first, _ []byte) error {
			return b.Sent("a", BusPacket{Kind: "stream", Epoch: 1, Offset: 46, Data: first, Committed: 69})
		}},
		{"a message that nobody published", "nobody published it", func(b *Bus, _, _ []byte) error {
			return b.Sent("a", BusPacket{Kind: "stream", Epoch: 1, Offset: 46, Data: busFrame(5, 3, "xxx"), Committed: 69})
		}},
		{"another order than the application's", `published before the one that was accepted last, "two"`, func(b *Bus, _, _ []byte) error {
			*b = *NewBus()
			b.Publish(5, []byte("one"))
			b.Publish(5, []byte("two"))
			b.Grant(1, "a")
			both := append(busFrame(5, 1, "two"), busFrame(5, 2, "one")...)
			return b.Sent("a", BusPacket{Kind: "stream", Epoch: 1, Data: both, Committed: 46})
		}},
		{"a message a second time, with a number of its own", "it is accepted a second time", func(b *Bus, _, _ []byte) error {
			return b.Sent("a", BusPacket{Kind: "stream", Epoch: 1, Offset: 46, Data: busFrame(5, 3, "one"), Committed: 69})
		}},
		{"a notice too early", "is said to be accepted, and is not", func(b *Bus, _, _ []byte) error {
			if err := b.Notice(5, 1, 23); err != nil {
				return err
			}
			return b.Notice(5, 2, 46)
		}},
		{"a notice of an earlier life's", "message 2 of an earlier life", func(b *Bus, _, _ []byte) error { return b.NoticeEarlier(5, 2) }},
		{"a refusal that is not true", "it is not too old: offset=30 length=0 first=23 tail=46", func(b *Bus, _, _ []byte) error {
			return b.Sent("tip", BusPacket{Kind: "refusal", Reason: "too old", Epoch: 1, Offset: 30, First: 23, Tail: 46})
		}},
		{"another one", "it is not the future", func(b *Bus, _, _ []byte) error {
			return b.Sent("tip", BusPacket{Kind: "refusal", Reason: "future", Epoch: 1, Offset: 46, First: 23, Tail: 46})
		}},
		{"a refusal of what is accepted", "it is accepted, or not there", func(b *Bus, _, _ []byte) error {
			return b.Sent("tip", BusPacket{Kind: "refusal", Reason: "uncommitted", Epoch: 1, Offset: 0, Tail: 46, Committed: 23})
		}},
		{"an answer outside its bounds", "the answer is not within the bounds", func(b *Bus, first, _ []byte) error {
			return b.Sent("tip", BusPacket{Kind: "answer", Epoch: 1, First: 5, Tail: 46, Data: first})
		}},
		{"an empty answer", "there is more, and the answer is empty", func(b *Bus, _, _ []byte) error {
			return b.Sent("tip", BusPacket{Kind: "answer", Epoch: 1, Tail: 46})
		}},
		{"a number that is not the next", "message 3 is sent, and the last that is accepted is 1: want at most 2", func(b *Bus, _, _ []byte) error {
			return b.Sent("pub", BusPacket{Kind: "inject", Publisher: 5, Sequence: 3})
		}},
		{"a number far ahead", "message 67 is sent, and the last that is accepted is 1: want at most 65", func(b *Bus, _, _ []byte) error {
			for _, fine := range []uint64{1<<64 - 1, 2, 65} {
				if err := b.Sent("pub", BusPacket{Kind: "inject", Publisher: 5, Sequence: fine}); err != nil {
					return err
				}
			}
			return b.Sent("pub", BusPacket{Kind: "inject", Publisher: 5, Sequence: 67})
		}},
		{"a number that is not the next of another life", "want at most 2", func(b *Bus, _, _ []byte) error {
			if err := b.Sent("pub", BusPacket{Kind: "inject", Publisher: 5, Sequence: 2}); err != nil {
				return err
			}
			b.Revive(5, nil)
			return b.Sent("pub", BusPacket{Kind: "inject", Publisher: 5, Sequence: 3})
		}},
		{"other bytes on a disk", "writes 0x09 as byte 1 of epoch 1, which is 0x00", func(b *Bus, first, _ []byte) error {
			if err := b.Wrote(1, 0, first); err != nil {
				return err
			}
			return b.Wrote(1, 1, []byte{9})
		}},
		{"a disk of an epoch of nobody", "writes of epoch 2", func(b *Bus, _, _ []byte) error { return b.Wrote(2, 0, nil) }},
		{"a delivery of something else", `("two"), want message 1`, func(b *Bus, _, _ []byte) error {
			return b.Deliver("s", 5, 2, []byte("two"))
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b, first, second := ledBus(t)
			require.ErrorContains(t, c.do(b, first, second), c.want)
		})
	}
}

// TestAnEpochThatNobodyLedMayBeginAnywhere: its leader died before it led, and says later where
// it would have begun.
func TestAnEpochThatNobodyLedMayBeginAnywhere(t *testing.T) {
	b := NewBus()
	b.Publish(5, []byte("one"))
	b.Grant(1, "a")
	b.Grant(2, "b")
	require.NoError(t, b.Sent("b", BusPacket{Kind: "stream", Epoch: 2, Data: busFrame(5, 1, "one"), Committed: 23}))
	require.NoError(t, b.Sent("a", BusPacket{Kind: "refusal", Reason: "wrong epoch", Epoch: 1}))
}

// TestAnOldLeaderMayAcceptWhatItsSuccessorHas: both accept the same bytes, the successor first,
// before anybody has shown them in its name.
func TestAnOldLeaderMayAcceptWhatItsSuccessorHas(t *testing.T) {
	b, first, _ := ledBus(t)
	b.Grant(2, "b")
	require.NoError(t, b.Sent("b", BusPacket{Kind: "stream", Epoch: 2, Start: 46, Offset: 46, Committed: 46}))
	c := b.Clone()
	require.NoError(t, b.Sent("a", BusPacket{Kind: "stream", Epoch: 1, Offset: 46, Committed: 46}))
	require.NoError(t, b.Sent("tip", BusPacket{Kind: "answer", Epoch: 1, Tail: 46, Data: first}))
	require.Len(t, b.Messages, 2)
	require.NoError(t, c.Sent("tip", BusPacket{Kind: "answer", Epoch: 2, Start: 46, Offset: 23, Tail: 46, Data: []byte{9}}))
	require.ErrorContains(t, c.Sent("a", BusPacket{Kind: "stream", Epoch: 1, Offset: 46, Committed: 46}), "byte 23 is accepted as 0x03 in epoch 1, and was as 0x09")
}

// TestLivesOfAPublisher: what was not kept may be accepted or not, and in any order with what
// the next life publishes; what was kept is waited for.
func TestLivesOfAPublisher(t *testing.T) {
	b := NewBus()
	b.Grant(1, "a")
	for _, payload := range []string{"one", "two"} {
		b.Publish(5, []byte(payload))
	}
	kept := b.Kept(5)
	b.Publish(5, []byte("6th"))
	b.Publish(5, []byte("7th"))
	b.Refuse(5)
	b.Revive(5, kept)
	b.Publish(5, []byte("new"))
	all := append(append(append(busFrame(5, 1, "one"), busFrame(5, 2, "two")...), busFrame(5, 3, "new")...), busFrame(5, 4, "6th")...)
	require.NoError(t, b.Sent("a", BusPacket{Kind: "stream", Epoch: 1, Data: all, Committed: 92}))
	for i := range uint64(3) {
		require.NoError(t, b.Notice(5, i+1, 23*(i+1)))
	}
	require.NoError(t, b.NoticeEarlier(5, 4))
	require.Empty(t, b.Behind())
	require.ErrorContains(t, b.Sent("a", BusPacket{Kind: "stream", Epoch: 1, Offset: 92, Data: busFrame(5, 5, "7th"), Committed: 115}), "nobody published it")
}

// TestAFailoverKeepsWhatIsAccepted: what the old leader sent and nobody accepted is gone,
// and its number is given again.
func TestAFailoverKeepsWhatIsAccepted(t *testing.T) {
	b, first, second := ledBus(t)
	b.Grant(2, "b")
	require.NoError(t, b.Sent("b", BusPacket{Kind: "stream", Epoch: 2, Start: 23, Offset: 23, Committed: 23}))
	require.NoError(t, b.Sent("tip", BusPacket{Kind: "answer", Epoch: 1, Tail: 46, Data: append(first, second...)}), "it has not heard of it")
	require.NoError(t, b.Sent("tip", BusPacket{Kind: "answer", Epoch: 2, Start: 23, Tail: 23, Data: first[:20]}))
	b.Publish(6, []byte("new"))
	other := busFrame(6, 1, "new")
	require.NoError(t, b.Sent("b", BusPacket{Kind: "stream", Epoch: 2, Start: 23, Offset: 23, Data: other, Committed: 46}))
	require.NoError(t, b.Sent("b", BusPacket{Kind: "stream", Epoch: 2, Start: 23, Offset: 46, Data: second, Committed: 69}))
	require.NoError(t, b.Sent("replicator", BusPacket{Kind: "stream", Epoch: 1, Offset: 23, Data: second}), "it is late, and its epoch dead")
	require.Error(t, b.Sent("replicator", BusPacket{Kind: "stream", Epoch: 1, Offset: 23, Data: other}), "that is not what the epoch had there")
	require.Equal(t, []BusMessage{{0, 5, 1, "one"}, {23, 6, 1, "new"}, {46, 5, 2, "two"}}, b.Messages)
}

// A leader's epoch may begin with bytes of an older one that nobody sends again in it. Whoever
// has them, and hears that they are accepted, shows them by what it delivers.
func TestWhatNobodySentIsShownByWhoDeliversIt(t *testing.T) {
	unshown := func() *Bus {
		b := NewBus()
		b.Publish(5, []byte("one"))
		b.Publish(5, []byte("two"))
		b.Grant(1, "a")
		b.Grant(2, "b")
		require.NoError(t, b.Sent("b", BusPacket{Kind: "stream", Epoch: 2, Start: 23, Offset: 23, Committed: 23}))
		require.NoError(t, b.Sent("b", BusPacket{Kind: "stream", Epoch: 2, Start: 23, Offset: 23, Data: busFrame(5, 2, "two"), Committed: 46}))
		require.Empty(t, b.Messages)
		return b
	}
	b := unshown()
	require.NoError(t, b.Deliver("sub", 5, 1, []byte("one")))
	require.Len(t, b.Messages, 2)
	require.NoError(t, b.Notice(5, 1, 23))
	require.ErrorContains(t, b.Deliver("sub", 5, 2, []byte("TWO")), "delivers message 2")

	b = unshown()
	require.NoError(t, b.Notice(5, 1, 23))
	require.NoError(t, b.Notice(5, 2, 46))
	b.Publish(5, []byte("3rd"))
	require.NoError(t, b.Sent("b", BusPacket{Kind: "stream", Epoch: 2, Start: 23, Offset: 46, Data: busFrame(5, 3, "3rd"), Committed: 69}))
	require.Len(t, b.Messages, 3)
	require.ErrorContains(t, unshown().Notice(5, 1, 46), "byte 35 is")
	require.ErrorContains(t, unshown().Notice(5, 1, 69), "and is not", "past what is accepted")
	require.ErrorContains(t, unshown().Deliver("sub", 5, 1, []byte("eno")), "nobody published it")
}
