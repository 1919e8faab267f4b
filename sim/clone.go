package sim

import (
	"fmt"
	"slices"
)

// Clone copies the network as it is. Neither notices what happens to the other: machines,
// journals, logs and the bytes of snapshots are shared until one of the two changes them, so
// that a copy costs what is under way and a few hundred bytes a host, and a machine is copied
// if and when it is stepped. Nobody watches the copy.
func (n *Network) Clone() *Network {
	n.shared.natures, n.shared.effects = true, true
	c := *n
	c.watch, c.watched, c.out = nil, 0, nil
	c.queue.events = slices.Clone(n.queue.events)
	c.packets = n.packets.clone()
	c.links = slices.Clone(n.links)
	c.held = slices.Clone(n.held)
	c.rules = slices.Clip(n.rules)
	c.log = n.log.clone()
	for i := range n.hosts {
		h := &n.hosts[i]
		h.shared = h.machine != nil
		h.disk.journal = slices.Clip(h.disk.journal)
	}
	c.hosts = slices.Clone(n.hosts)
	for i := range c.hosts {
		h := &c.hosts[i]
		h.inbox = slices.Clone(h.inbox)
		if h.disk.files != nil { // at once: what a step of a copy runs, a step of its original must run, too
			h.disk.files = h.disk.files.Clone()
		}
	}
	return &c
}

// own makes a host's machine that of this network alone.
func (n *Network) own(h *host) {
	if !h.shared {
		return
	}
	h.shared = false
	if h.Copy != nil {
		h.machine = h.Copy(h.machine)
		return
	}
	another, err := n.copier.Copy(h.machine)
	if err != nil {
		panic(fmt.Sprintf("sim: the machine of host %s can't be copied: %v: give its Host a Copy", h.Name, err))
	}
	h.machine = another
}
