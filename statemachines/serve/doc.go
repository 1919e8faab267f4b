// Package serve is what the servers of the bus have in common: the bytes of the stream that
// a server retains, how it answers requests for them, and how it keeps a client from asking
// for more than its share.
//
//	log := serve.NewLog(base)
//	log.Append(frames)
//	…
//	packet = server.Answer(packet[:0], now, client, request, header, bounds, log)
//
// A [Log] is the stream in memory. It can be cut, when a history turns out to be dead, and it
// can be copied at next to no cost: copies share what neither of them will write to again.
//
// [Buckets] limit what somebody may have a second. Who asks for more waits, or is refused and
// told how long; nobody else does.
//
// A [Server] judges a request by the bounds of the moment, as docs/bus.md says: it trusts no
// hint, and every answer and every refusal says epoch, first, tail and committed.
package serve
