package sim

import (
	"errors"
	"slices"

	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/snapshot/memfs"
)

// SectorSize is how many bytes a disk writes as a whole.
const SectorSize = 512

// DiskFaults are what goes wrong on a host's disk until it is set right. The zero value is
// a disk without faults.
type DiskFaults struct {
	Full    bool // nothing more can be written
	Short   bool // the next write comes to an end half way, which ends the program
	Stalled bool // nothing becomes durable
	Lying   bool // it says that things are durable which are not
}

// A disk has a journal and a folder of snapshots.
type disk struct {
	faults   DiskFaults
	dice     Dice
	syncTime Span
	journal  []byte // only appended to, so that clones can share it
	durable  int    // of the journal
	told     int    // of the journal: what a lying disk said is durable
	syncing  bool
	files    *memfs.FS // nil until a snapshot is taken
}

func newDisk(dice Dice, syncTime Span) disk { return disk{dice: dice, syncTime: syncTime} }

// SetDisk puts a host's disk into a state of faults, or out of it.
func (n *Network) SetDisk(id ID, faults DiskFaults) {
	h := &n.hosts[id]
	h.disk.faults = faults
	n.tell(Event{Kind: DiskSet, Host: id, Text: faults.String()})
	if !faults.Stalled && h.machine != nil {
		n.sync(id)
	}
}

// String names the faults.
func (f DiskFaults) String() string {
	text := ""
	for _, one := range []struct {
		on   bool
		name string
	}{{f.Full, "full"}, {f.Short, "short write"}, {f.Stalled, "stalled"}, {f.Lying, "lying"}} {
		if one.on && text != "" {
			text += ", "
		}
		if one.on {
			text += one.name
		}
	}
	if text == "" {
		return "no faults"
	}
	return text
}

// Journal is a host's journal as it is now, and how much of it is durable. The bytes are
// the network's.
func (n *Network) Journal(id ID) (bytes []byte, durable int) {
	d := &n.hosts[id].disk
	return d.journal, d.durable
}

// Snapshots are a host's snapshots that load, the latest first.
func (n *Network) Snapshots(id ID) []*snapshot.Snapshot { return n.hosts[id].disk.snapshots() }

// write appends to the journal, and tells whether all of it was taken.
func (d *disk) write(data []byte) bool {
	whole := len(data)
	switch {
	case d.faults.Full:
		data = nil
	case d.faults.Short:
		data, d.faults.Short = data[:len(data)/2], false
	}
	d.journal = append(d.journal, data...)
	return len(data) == whole
}

// cut drops what the program does not go on from. What is there has survived whatever
// ended the last life, and a program syncs it before it relies on it.
func (d *disk) cut(kept int) {
	d.journal = d.journal[:kept:kept]
	d.durable, d.told, d.syncing = kept, kept, false
}

// finish makes the journal durable up to a length.
func (d *disk) finish(length int) {
	d.syncing = false
	d.told = length
	if !d.faults.Lying {
		d.durable = max(d.durable, length)
	}
}

// ErrStalled is the error of a snapshot on a disk on which nothing becomes durable.
var ErrStalled = errors.New("sim: the disk is stalled: the journal does not become durable")

// flush makes the journal durable at once. The machine hears of it when it would have.
func (d *disk) flush() error {
	if d.faults.Stalled {
		return ErrStalled
	}
	if !d.faults.Lying {
		d.durable = len(d.journal)
	}
	return nil
}

// crash loses what is not durable, as far as the loss goes.
func (d *disk) crash(loss Loss) {
	if !loss.Power {
		return
	}
	kept := min(d.durable+max(0, loss.Keep), len(d.journal))
	if unsynced := kept - d.durable; loss.Torn && unsynced > 0 {
		d.journal = slices.Clone(d.journal[:kept])
		// Sectors lie where they do in the file: the first may have been durable in part.
		first := d.durable / SectorSize
		sector := first + max(0, loss.Tear)%((kept-1)/SectorSize-first+1)
		clear(d.journal[max(d.durable, sector*SectorSize):min(kept, (sector+1)*SectorSize)])
	}
	d.journal = d.journal[:kept:kept]
	if d.files != nil {
		d.files.Crash(memfs.Fate{KeepBytes: max(0, loss.Keep), Torn: loss.Torn, Page: max(0, loss.Tear)})
	}
}

const snapshotFolder = "snapshots"

func (d *disk) save(s *snapshot.Snapshot) error {
	if d.files == nil {
		d.files = memfs.New()
	}
	d.files.Faults = memfs.None()
	if d.faults.Full {
		d.files.Faults.Space = 0
	}
	if d.faults.Short {
		d.files.Faults.ShortWrite, d.faults.Short = 0, false
	}
	if d.faults.Lying {
		d.files.Faults.Lies = 0
	}
	_, err := snapshot.Save(d.files, snapshotFolder, s)
	return err
}

// snapshots are those that load.
func (d *disk) snapshots() (all []*snapshot.Snapshot) {
	if d.files == nil {
		return nil
	}
	names, err := d.files.List(snapshotFolder)
	if err != nil {
		panic("sim: a folder in memory does not list: " + err.Error())
	}
	for _, name := range slices.Backward(names) { // offsets have 20 digits
		file, err := d.files.Read(snapshotFolder + "/" + name)
		if err != nil {
			continue
		}
		if s, err := snapshot.Inspect(name, file); err == nil {
			all = append(all, s)
		}
	}
	return all
}
