package discovery

import (
	"fmt"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/snapshot"
	"battle.test/statemachines/wire"
)

// Service is the service's name in snapshots.
const Service = "discovery"

// The sections of a snapshot. All numbers are little-endian, of 8 bytes.
const (
	machineSection = "machine" // now
	serversSection = "servers" // each address, service, epoch, first, tail and time when it expires, in order
	clientsSection = "clients" // buckets of those who ask
)

// Sections are the sections that [Restore] knows, for a [snapshot.Expect].
func Sections() []string { return []string{machineSection, serversSection, clientsSection} }

// Snapshot is the whole state. It has no offset: discovery follows no stream.
func (m *Machine) Snapshot(writer string) *snapshot.Snapshot {
	var servers []byte
	for _, s := range m.servers {
		servers = snapshot.AppendWords(servers, uint64(s.address), uint64(s.service), s.epoch, s.first, s.tail, uint64(s.expires))
	}
	return &snapshot.Snapshot{
		Meta: snapshot.Meta{
			Stream: m.config.Stream, Epoch: m.epoch, Service: Service, Writer: writer, Version: uint16(m.config.Version),
		},
		Sections: []snapshot.Section{
			snapshot.PlainSection(machineSection, snapshot.Words(uint64(m.now))),
			snapshot.PlainSection(serversSection, servers),
			snapshot.PlainSection(clientsSection, m.clients.Append(nil, m.now)),
		},
	}
}

// Restore makes a machine of a snapshot, that does what the first would have done. The error is
// a [snapshot.StateError], or one of the configuration.
func Restore(config Config, s *snapshot.Snapshot) (*Machine, error) {
	m, err := New(config)
	if err != nil {
		return nil, err
	}
	if err := s.BelongsTo(config.Stream, Service, config.EpochMax); err != nil {
		return nil, err
	}
	if err := s.ReadableBy(m.config.Version); err != nil {
		return nil, fmt.Errorf("discovery: %w", err)
	}
	m.epoch = s.Epoch
	f := s.Fields(machineSection)
	if m.now = int64(f.Word()); m.now < 0 {
		f.Refuse(-8, m.now, "a time of 0 or later")
	}
	if err := f.End(); err != nil {
		return nil, err
	}
	f = s.Fields(serversSection)
	for f.Len() > 0 {
		address, service := f.Word(), f.Word()
		if address>>32 != 0 || service>>8 != 0 {
			f.Refuse(-16, fmt.Sprintf("%#x with service %d", address, service), "an address and a service")
		}
		one := server{machine.Address(address), wire.Service(service), f.Word(), f.Word(), f.Word(), int64(f.Word())}
		if i, there := m.place(one.address, one.service); there || i < len(m.servers) {
			f.Refuse(-48, fmt.Sprintf("%s of %s", one.service, one.address), "servers in order, each once")
		}
		m.servers = append(m.servers, one)
	}
	if err := f.End(); err != nil {
		return nil, err
	}
	m.setDue()
	f = s.Fields(clientsSection)
	m.clients.Restore(f)
	return m, f.End()
}
