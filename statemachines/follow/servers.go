package follow

import (
	"slices"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// A server is one that can be asked.
type server struct {
	Server
	static bool // known from the configuration
	hinted bool // first says something
	tried  bool // in this round
	first  uint64
}

// staticServers adds the servers of a configuration to others.
func staticServers(all []server, static []Server) []server {
	for _, s := range static {
		all = append(all, server{Server: s, static: true})
	}
	return all
}

// rank orders servers by who is asked first.
func (f *Follower) rank(s *server) int {
	rank := 0
	if s.Address.Region() != f.config.Address.Region() {
		rank = 2
	}
	if s.Service != wire.Tip {
		rank++
	}
	return rank
}

// next is the server to ask next in this round, or -1.
func (f *Follower) next() int {
	best := -1
	for i := range f.asking.servers {
		s := &f.asking.servers[i]
		if s.tried || s.hinted && s.first > f.tail {
			continue
		}
		if best < 0 || f.rank(s) < f.rank(&f.asking.servers[best]) {
			best = i
		}
	}
	return best
}

// hint notes what a server says of itself.
func (a *asking) hint(address machine.Address, first uint64) {
	for i := range a.servers {
		if s := &a.servers[i]; s.Address == address {
			s.hinted, s.first = true, first
		}
	}
}

// takeFound takes the servers that discovery finds in the place of those that it found before.
func (f *Follower) takeFound(from machine.Address, p *wire.Packet) {
	var found wire.Found
	if !f.Fault(found.Decode(p)) {
		return
	}
	if !slices.Contains(f.config.Discovery, from) {
		f.counts.Unwanted++
		return
	}
	a := &f.asking
	a.servers = slices.DeleteFunc(a.servers, func(s server) bool { return !s.static })
	for i := range min(found.Len(), serversMax) {
		s := found.At(i)
		address := machine.Address(s.Address)
		if address == f.config.Address || address.IsEverybody() || slices.ContainsFunc(a.servers, func(s server) bool { return s.Address == address }) {
			continue
		}
		a.servers = append(a.servers, server{Server: Server{address, s.Service}, hinted: s.Hinted, first: s.First})
	}
	a.pause = 0
}
