package oracle

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnswersMustBeTrueOfARequest(t *testing.T) {
	var r BusRequests
	r.Asked(7, 2, BusPacket{Kind: "request", Epoch: 3, Offset: 100, Length: 50})
	r.Asked(7, 2, BusPacket{Kind: "request", Epoch: 3, Offset: 200})
	other := r.Clone()
	other.Asked(7, 2, BusPacket{Kind: "request", Epoch: 3, Offset: 300, Length: 1})
	for _, c := range []struct {
		server, client int
		p              BusPacket
		true           bool
	}{
		{2, 7, BusPacket{Epoch: 3, Offset: 100, Reason: "too old"}, true},
		{2, 7, BusPacket{Epoch: 3, Offset: 100, Reason: "future"}, true},
		{2, 7, BusPacket{Epoch: 3, Offset: 100, Reason: "busy"}, true},
		{2, 7, BusPacket{Epoch: 4, Offset: 100, Reason: "wrong epoch"}, true},
		{2, 7, BusPacket{Epoch: 3, Offset: 200, Reason: "malformed"}, true},
		{2, 7, BusPacket{Kind: "answer", Epoch: 3, Offset: 100}, true},
		{2, 7, BusPacket{Kind: "answer", Epoch: 4, Offset: 100}, false},
		{2, 7, BusPacket{Epoch: 4, Offset: 100, Reason: "too old"}, false},
		{2, 7, BusPacket{Epoch: 3, Offset: 100, Reason: "wrong epoch"}, false},
		{2, 7, BusPacket{Epoch: 3, Offset: 100, Reason: "malformed"}, false},
		{2, 7, BusPacket{Epoch: 3, Offset: 200, Reason: "busy"}, false},
		{2, 7, BusPacket{Epoch: 3, Offset: 101, Reason: "too old"}, false},
		{2, 7, BusPacket{Epoch: 3, Offset: 300, Reason: "too old"}, false},
		{2, 8, BusPacket{Epoch: 3, Offset: 100, Reason: "too old"}, false},
		{1, 7, BusPacket{Epoch: 3, Offset: 100, Reason: "too old"}, false},
	} {
		require.Equal(t, c.true, r.Answered(c.server, c.client, c.p) == nil, "%+v", c)
	}
}
