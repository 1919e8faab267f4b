package sim

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"battle.test/statemachines/machine"
)

// WritePcap writes the log as a pcapng file, which Wireshark opens. Each host is an
// interface of its own, on which a packet shows when the host sends it and when it
// receives it; so a filter on an interface shows what a host saw. Packets are UDP over IPv4,
// from 10.region.host.host to port 16722. Comments say what a packet is, as far as the log's
// Describe knows, and what happened to it. All other events are syslog messages of a host to itself.
//
// The format is that of draft-ietf-opsawg-pcapng.
func (l *Log) WritePcap(w io.Writer) error {
	p := pcap{log: l, fates: map[uint64]string{}}
	events := l.Events()
	for _, e := range events {
		switch e.Kind {
		case Lost, Stuck, Released, Duplicated, Corrupted:
			p.fates[e.Number] += "\n" + l.Line(Event{Kind: e.Kind, Peer: e.Peer, Number: e.Number, Reason: e.Reason})
		}
	}
	p.section()
	for _, h := range l.names {
		p.network(h.Name, h.Address)
	}
	for _, e := range events {
		p.event(e)
	}
	_, err := w.Write(p.file)
	return err
}

// A pcap is a file in the making.
type pcap struct {
	log   *Log
	file  []byte
	fates map[uint64]string // by number: what happened to the packet on the way
}

// The blocks and options that we write.
const (
	sectionBlock   = 0x0A0D0D0A
	interfaceBlock = 1
	packetBlock    = 6

	commentOption    = 1
	flagsOption      = 2 // of a packet
	nameOption       = 2 // of an interface
	programOption    = 4 // of a section
	resolutionOption = 9 // of an interface

	linkIPv4   = 228
	inbound    = 1
	outbound   = 2
	streamPort = 'A'<<8 | 'R'
	syslogPort = 514
)

// block appends a block: its type, its length, its body, its options and its length again.
func (p *pcap) block(kind uint32, body []byte, options ...[]byte) {
	le := binary.LittleEndian
	from := len(p.file)
	p.file = le.AppendUint32(p.file, kind)
	p.file = le.AppendUint32(p.file, 0)
	p.file = append(p.file, body...)
	p.pad()
	for _, option := range options {
		p.file = append(p.file, option...)
		p.pad()
	}
	if len(options) > 0 {
		p.file = le.AppendUint32(p.file, 0) // the end of options
	}
	size := uint32(len(p.file) - from + 4)
	p.file = le.AppendUint32(p.file, size)
	le.PutUint32(p.file[from+4:], size)
}

// pad fills up to the next word: everything before is made of whole words.
func (p *pcap) pad() {
	for len(p.file)%4 != 0 {
		p.file = append(p.file, 0)
	}
}

func option(code uint16, value []byte) []byte {
	b := binary.LittleEndian.AppendUint16(nil, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	return append(b, value...)
}

func (p *pcap) section() {
	body := binary.LittleEndian.AppendUint32(nil, 0x1A2B3C4D)
	body = append(body, 1, 0, 0, 0)                        // version 1.0
	body = binary.LittleEndian.AppendUint64(body, 1<<64-1) // of unknown length
	p.block(sectionBlock, body, option(programOption, []byte("battle sim")))
}

func (p *pcap) network(name string, address machine.Address) {
	body := []byte{linkIPv4, 0, 0, 0, 0, 0, 0, 0} // packets of any length
	p.block(interfaceBlock, body,
		option(nameOption, fmt.Appendf(nil, "%s %s", name, address)),
		option(resolutionOption, []byte{9})) // ns
}

// event writes an event, unless it is part of what becomes of a packet.
func (p *pcap) event(e Event) {
	switch e.Kind {
	case Sent:
		p.packet(e, e.Host, e.Peer, streamPort, outbound)
	case Received:
		p.packet(e, e.Peer, e.Host, streamPort, inbound)
	case Lost, Stuck, Released, Duplicated, Corrupted:
		if e.Peer < 0 {
			p.said(e)
		}
	default:
		p.said(e)
	}
}

// said writes an event as a syslog message. One of several hosts is the first one's.
func (p *pcap) said(e Event) {
	line := "<14>" + p.log.Line(e)
	if e.Host < 0 {
		e.Host = 0
	}
	e.Data, e.Number = []byte(line), 0
	p.packet(e, e.Host, e.Host, syslogPort, outbound)
}

func (p *pcap) packet(e Event, from, to ID, port uint16, direction byte) {
	data := datagram(p.log.names[from].Address, p.log.names[to].Address, port, e.Data)
	le := binary.LittleEndian
	body := le.AppendUint32(nil, uint32(e.Host))
	body = le.AppendUint32(body, uint32(e.At>>32))
	body = le.AppendUint32(body, uint32(e.At))
	body = le.AppendUint32(body, uint32(len(data)))
	body = le.AppendUint32(body, uint32(len(data)))
	body = append(body, data...)
	options := [][]byte{option(flagsOption, []byte{direction, 0, 0, 0})}
	comment := ""
	if port == streamPort && p.log.Describe != nil {
		comment = p.log.Describe(e)
	}
	if e.Kind == Sent {
		comment += p.fates[e.Number]
	}
	if comment != "" {
		options = slices.Insert(options, 0, option(commentOption, []byte(comment[:min(len(comment), 1<<15)])))
	}
	p.block(packetBlock, body, options...)
}

// datagram is data in UDP in IPv4. What is longer than UDP can be is cut.
func datagram(from, to machine.Address, port uint16, data []byte) []byte {
	const ip, udp, most = 20, 8, 1<<16 - 1
	data = data[:min(len(data), most-ip-udp)]
	be := binary.BigEndian
	b := make([]byte, ip+udp, ip+udp+len(data))
	b[0], b[8], b[9] = 0x45, 64, 17 // version and length, hops, UDP
	be.PutUint16(b[2:], uint16(ip+udp+len(data)))
	copy(b[12:], ipv4(from))
	copy(b[16:], ipv4(to))
	sum := uint32(0)
	for i := 0; i < ip; i += 2 {
		sum += uint32(be.Uint16(b[i:]))
	}
	sum = sum>>16 + sum&0xFFFF
	be.PutUint16(b[10:], ^uint16(sum>>16+sum))
	be.PutUint16(b[ip:], port)
	be.PutUint16(b[ip+2:], port)
	be.PutUint16(b[ip+4:], uint16(udp+len(data))) // a checksum of 0 means none
	return append(b, data...)
}

func ipv4(a machine.Address) []byte {
	return []byte{10, byte(a.Region()), byte(a.Host() >> 8), byte(a.Host())}
}
