package oracle

import (
	"fmt"
	"slices"
)

// BusRequests are what clients have asked servers for. An answer or a refusal must be true of one of
// them: it names the offset that was asked for, and not the rest. Hosts are numbers.
type BusRequests struct{ all []busRequest }

type busRequest struct {
	client, server int
	epoch, offset  uint64
	empty          bool // it asks for no bytes
}

// Clone is a copy.
func (r *BusRequests) Clone() BusRequests { return BusRequests{slices.Clip(r.all)} }

// Asked notes a request that a client sent, whatever becomes of it.
func (r *BusRequests) Asked(client, server int, p BusPacket) {
	r.all = append(r.all, busRequest{client, server, p.Epoch, p.Offset, p.Length == 0})
}

// Answered judges an answer or a refusal that a server sent.
func (r *BusRequests) Answered(server, client int, p BusPacket) error {
	for i := len(r.all) - 1; i >= 0; i-- { // mostly it is a late one
		one := &r.all[i]
		if one.client == client && one.server == server && one.offset == p.Offset && one.deserves(p) {
			return nil
		}
	}
	return fmt.Errorf("%s %s in epoch %d from byte %d on: the client sent no request of which that is true", p.Kind, p.Reason, p.Epoch, p.Offset)
}

// deserves tells whether an answer or a refusal is true of a request, as far as it is to be seen in both.
func (r *busRequest) deserves(p BusPacket) bool {
	switch p.Reason {
	case "malformed":
		return r.empty
	case "wrong epoch":
		return !r.empty && r.epoch != p.Epoch
	case "busy":
		return !r.empty
	}
	return !r.empty && r.epoch == p.Epoch
}
