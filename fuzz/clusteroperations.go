package fuzz

import "battle.test/battle"

// What operators do in one go is one update: a trace of single steps would seldom come upon it.

// Role names a host by what it is to do, as the operator has it.
type Role uint8

// The roles.
const (
	TheLeader  Role = iota
	TheStandby      // or the leader, if it leads alone
	AnyHost         // the one that is named beside it
)

var roleNames = [...]string{"leader", "standby", "host"}

func (r Role) String() string { return roleNames[r%Role(len(roleNames))] }

// who is the host in a role.
func (c *cluster) who(r Role, host Member) Member {
	last := c.operator.grants[len(c.operator.grants)-1]
	switch r {
	case TheLeader:
		return last.leader
	case TheStandby:
		return last.standby
	}
	return host
}

// Bounce ends a host's program, or its system, and starts it again.
type Bounce struct {
	Role  Role   `draw:"0..2"`
	Host  Member `draw:"0..12"` // of role host
	Power bool   // the system, and with it what was not synced
	Keep  uint8  // see Kill
	Torn  bool
	Tear  uint8 `draw:"0..3"`
	Cold  bool  // without its snapshot
}

func (u *Bounce) Apply(t *battle.T, c *cluster) {
	host := c.who(u.Role, u.Host)
	(&Kill{Host: host, Power: u.Power, Keep: u.Keep, Torn: u.Torn, Tear: u.Tear}).Apply(t, c)
	(&Boot{Host: host, Cold: u.Cold}).Apply(t, c)
}

// FailOver has the standby lead, and the leader out of the way: dead, or cut off without knowing
// what goes on.
type FailOver struct {
	Sever bool // it is cut off
	Power bool // else it dies with its system, and what was not synced
	Alone bool // the other one leads alone
}

func (u *FailOver) Apply(t *battle.T, c *cluster) {
	leader := c.who(TheLeader, 0)
	if u.Sever {
		(&SeverHost{Host: leader}).Apply(t, c)
	} else {
		(&Kill{Host: leader, Power: u.Power}).Apply(t, c)
	}
	(&Elect{Other: true, Alone: u.Alone}).Apply(t, c)
}
