// Package discovery tells clients which servers of the stream there are. It is a pure machine: see
// package machine, and docs/bus.md for what goes over the wire.
//
//	m, err := discovery.New(discovery.Config{Stream: "aria", Self: machine.At(1, 9)})
//	…
//	out = m.Step(now, machine.Input{Kind: machine.Packet, From: tip, Data: advert}, out[:0])
//	out = m.Step(now, machine.Input{Kind: machine.Packet, From: client, Data: lookup}, out[:0])
//
// Servers advertise what they have, again and again; one that is not heard of for Config.ExpireAfter
// is forgotten. A client of its own region is told of each server of that region the range that
// it advertised last, as a hint; of servers of other regions, and to clients of other regions, only
// the address is told. A range that crossed half the world is too old to keep anybody from
// asking.
//
// # What it does not do
//
// It follows no stream, and nothing that it tells is to be trusted: a hint is old when it comes,
// an advert that the network held back looks like a new one, and a server may have restarted since. So
// servers judge requests by what they have, and clients go on to the next server. An advert of an
// older epoch than the server's last is not taken, unless it is of none: a server that
// restarts has not heard of one yet.
//
// It keeps nothing across a crash: adverts come again within a second.
package discovery
