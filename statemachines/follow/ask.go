package follow

import (
	"battle.test/statemachines/machine"
	"battle.test/statemachines/wire"
)

// asking is what is asked for, and of whom. A round asks each server once.
type asking struct {
	probe  bool // ask even if nothing is known to be missing
	round  bool // some server was asked in this round
	more   bool // and one said that there is more, or said nothing
	asked  bool // and not answered yet
	server machine.Address
	offset uint64 // that was asked for
	again  int64  // ns: when to ask somebody else
	pause  int64  // ns: when the next round begins
	retry  int64  // ns that a server wants to be left alone
	lookup int64  // ns: when discovery may be asked again
	turn   uint64 // lookups so far

	servers []server
}

// begin begins a round at once.
func (a *asking) begin() {
	a.asked, a.round, a.more, a.pause, a.retry = false, false, false, 0, 0
	for i := range a.servers {
		a.servers[i].tried = false
	}
}

// overtaken drops a request for bytes that came by the stream.
func (a *asking) overtaken(tail uint64) {
	if a.asked && a.offset < tail {
		a.begin()
	}
}

// answered tells whether a server answers what it was asked, and notes it.
func (a *asking) answered(from machine.Address, offset uint64) bool {
	if !a.asked || from != a.server || offset != a.offset {
		return false
	}
	a.asked = false
	return true
}

// wants tells whether there is something to ask for, and room for it.
func (f *Follower) wants() bool {
	missing := f.asking.probe || f.ahead > f.tail+uint64(len(f.partial()))
	somebody := len(f.asking.servers) > 0 || len(f.config.Discovery) > 0
	return missing && somebody && f.room() >= wire.FrameMax
}

// Ask appends what is to be sent, if something is missing and it is time. An owner calls it at
// the end of each step. The packets are valid until the next call.
func (f *Follower) Ask(now int64, out []machine.Output) []machine.Output {
	f.now = max(f.now, now)
	f.out = f.out[:0]
	a := &f.asking
	if f.now >= plus(f.heard, f.config.QuietMax) {
		f.heard, a.probe = f.now, true
	}
	if !f.wants() {
		if a.round {
			a.begin() // what is missing next is asked of the best
		}
		return out
	}
	if a.asked && f.now < a.again || f.now < a.pause {
		return out
	}
	if a.asked {
		a.asked, a.more = false, true
	}
	if f.now >= a.lookup && len(f.config.Discovery) > 0 {
		out = f.look(out)
	}
	if i := f.next(); i >= 0 {
		return f.request(i, out)
	}
	f.endRound()
	return out
}

// request asks a server for what comes next.
func (f *Follower) request(i int, out []machine.Output) []machine.Output {
	a := &f.asking
	s := &a.servers[i]
	s.tried, a.round = true, true
	r := wire.Request{Offset: f.tail + uint64(len(f.partial())), Length: f.config.AskMax}
	if missing := f.ahead - min(f.ahead, r.Offset); missing > 0 {
		r.Length = uint32(min(missing, uint64(r.Length)))
	}
	a.asked, a.server, a.offset, a.again = true, s.Address, r.Offset, plus(f.now, f.config.AskEvery)
	at := len(f.out)
	f.out = r.Append(f.out, f.Header())
	return append(out, machine.Output{Kind: machine.Send, To: s.Address, Data: f.out[at:]})
}

// look asks discovery for servers.
func (f *Follower) look(out []machine.Output) []machine.Output {
	a := &f.asking
	to := f.config.Discovery[a.turn%uint64(len(f.config.Discovery))]
	a.turn++
	a.lookup = plus(f.now, f.config.LookupEvery)
	if len(a.servers) == 0 {
		a.lookup = plus(f.now, f.config.AskEvery)
	}
	f.out = (&wire.Lookup{}).Append(f.out, f.Header())
	return append(out, machine.Output{Kind: machine.Send, To: to, Data: f.out})
}

// endRound pauses, when all servers were asked in vain. If all of them have no more than we
// have, there is no more: whoever said so was wrong, or it was of a dead history.
func (f *Follower) endRound() {
	a := &f.asking
	if a.round && !a.more {
		f.ahead, a.probe = f.tail, false
		f.drop()
	}
	pause := plus(f.now, max(f.config.AskEvery, a.retry))
	a.begin()
	a.pause = pause
	for i := range a.servers {
		if a.servers[i].static { // nobody else tells whether its range is another now
			a.servers[i].hinted = false
		}
	}
}

// Next is when Ask would do something, if nothing else happens before.
func (f *Follower) Next() (now int64, ok bool) {
	next := plus(f.heard, f.config.QuietMax)
	if f.wants() {
		due := f.asking.pause
		if f.asking.asked {
			due = max(due, f.asking.again)
		}
		next = min(next, due)
	}
	return max(f.now, next), true
}
