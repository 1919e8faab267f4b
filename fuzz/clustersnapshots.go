package fuzz

import (
	"fmt"
	"slices"
	"strings"

	"battle.test/battle"
	"battle.test/sim"
)

// Misplace puts a snapshot on a host's disk that is not the host's: of another service, or of another
// stream. When the host starts it refuses that, and starts as if it were not there.
type Misplace struct {
	Of, To Member `draw:"0..12"`
	Stream bool   // of another stream, and the host's own service
}

func (u *Misplace) Apply(_ *battle.T, c *cluster) {
	of := u.Of
	if u.Stream {
		of = u.To
	}
	m := c.net.Machine(of.id())
	if m == nil || u.To.service() == "disc" || !u.Stream && of.service() == u.To.service() {
		return // a discovery ignores what its disk has
	}
	s := m.Snapshot("sim")
	if u.Stream {
		s.Stream = "area"
	}
	for _, own := range c.net.Snapshots(u.To.id()) {
		if own.CoreStreamLength == s.CoreStreamLength {
			return // its file would be in the place of the host's own
		}
	}
	if c.net.PlaceSnapshot(u.To.id(), s) == nil {
		c.misplaced = append(slices.Clip(c.misplaced), misplaced{u.To, s.CoreStreamLength})
	}
}

// service is what kind of host it is, as in "seq".
func (m Member) service() string {
	service, _, _ := strings.Cut(m.String(), "-")
	return service
}

// A misplaced snapshot is on a host's disk, and of an offset.
type misplaced struct {
	on     Member
	offset uint64
}

// sawSnapshot judges what becomes of snapshots.
func (c *cluster) sawSnapshot(m Member, e sim.Event) error {
	i := slices.Index(c.misplaced, misplaced{m, e.Number})
	switch {
	case i < 0:
	case e.Kind == sim.SnapshotTaken && e.Text == "":
		c.misplaced = slices.Delete(slices.Clone(c.misplaced), i, i+1) // its own is there now
	case e.Kind == sim.SnapshotRefused:
		c.labels |= 1 << sawMisplaced
	case e.Kind == sim.Restored:
		return fmt.Errorf("it starts of a snapshot that is not its own, of offset %d", e.Number)
	}
	return nil
}
