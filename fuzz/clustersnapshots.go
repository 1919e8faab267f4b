package fuzz

import (
	"fmt"
	"slices"
	"strings"

	"battle.test/battle"
	"battle.test/sim"
	"battle.test/statemachines/snapshot"
)

// Misplace puts a snapshot on a host's disk that is not the host's: of another service, of another
// stream, or of an epoch that nobody was ever granted. When the host starts it refuses that, and starts as if it were not there.
type Misplace struct {
	Of, To Member `draw:"0..12"`
	Stream bool   // of another stream, and the host's own service
	Epoch  bool   // of a later epoch than there is, and the host's own service
}

func (u *Misplace) Apply(_ *battle.T, c *cluster) {
	of, own := u.Of, u.Stream || u.Epoch
	if own {
		of = u.To
	}
	m := c.net.Machine(of.id())
	if m == nil || u.To.service() == "disc" || !own && of.service() == u.To.service() {
		return // a discovery ignores what its disk has
	}
	s := m.Snapshot("sim")
	if u.Stream {
		s.Stream = "area"
	}
	if u.Epoch {
		s.Epoch += clusterEpochMax + 1
	}
	for _, kept := range c.net.Snapshots(u.To.id()) {
		if kept.CoreStreamLength == s.CoreStreamLength {
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
	case e.Kind == sim.SnapshotTaken && e.Text == "":
		if i >= 0 {
			c.misplaced = slices.Delete(slices.Clone(c.misplaced), i, i+1) // its own is there now
		}
		return c.sawWritten(m, e.Number)
	case e.Kind == sim.SnapshotRefused && i >= 0:
		c.labels |= 1 << sawMisplaced
	case e.Kind == sim.SnapshotRefused:
		return c.sawRefused(m, e)
	case e.Kind == sim.Restored && i >= 0:
		return fmt.Errorf("it starts of a snapshot that is not its own, of offset %d", e.Number)
	}
	return nil
}

// format is the version of snapshots that a host's program writes, and the last that it reads, by
// the program's version as sim counts it.
func format(version int) uint16 { return snapshot.LatestVersion - uint16(version) }

// sawWritten judges a snapshot that a program wrote: it is of the program's version.
func (c *cluster) sawWritten(m Member, offset uint64) error {
	if got, want := c.snapshot(m, offset).Version, format(c.running[m]); m != Asker && got != want {
		return fmt.Errorf("it writes a snapshot of version %d, want %d", got, want)
	}
	return nil
}

// sawRefused judges that a program which starts does not take a snapshot of its host's: only one of a later
// version is to be refused.
func (c *cluster) sawRefused(m Member, e sim.Event) error {
	reads := format(c.net.Version(m.id()))
	if got := c.snapshot(m, e.Number).Version; got <= reads {
		return fmt.Errorf("it reads version %d, and refuses a snapshot of version %d: %s", reads, got, e.Text)
	}
	c.labels |= 1 << sawLater
	return nil
}

// snapshot is the one on a host's disk at an offset.
func (c *cluster) snapshot(m Member, offset uint64) *snapshot.Snapshot {
	all := c.net.Snapshots(m.id())
	return all[slices.IndexFunc(all, func(s *snapshot.Snapshot) bool { return s.CoreStreamLength == offset })]
}
