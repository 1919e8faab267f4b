package wire

import (
	"encoding/binary"
	"fmt"
)

// Service is what a server does.
type Service uint8

// The services that clients ask for bytes of the stream.
const (
	Tip        Service = 1 + iota // the most recent bytes
	Replicator                    // all of them
)

// String is the service's name, as in "tip".
func (s Service) String() string {
	switch s {
	case Tip:
		return "tip"
	case Replicator:
		return "replicator"
	}
	return fmt.Sprintf("service %d", uint8(s))
}

// An Advert tells discovery what a server has.
type Advert struct {
	Service     Service
	First, Tail uint64
}

// Append writes the packet behind dst.
func (p *Advert) Append(dst []byte, h Header) []byte {
	at := len(dst)
	dst = append(h.begin(dst, KindAdvert), byte(p.Service))
	return end(appendWords(dst, p.First, p.Tail), at, nil)
}

// Decode reads an opened packet.
func (p *Advert) Decode(from *Packet) Fault {
	if fault := from.only(17); fault.Reason != None {
		return fault
	}
	*p = Advert{Service(from.fixed[0]), from.number(1), from.number(9)}
	return Fault{}
}

// A Lookup asks discovery for servers.
type Lookup struct{}

// Append writes the packet behind dst.
func (p *Lookup) Append(dst []byte, h Header) []byte {
	return end(h.begin(dst, KindLookup), len(dst), nil)
}

// Decode reads an opened packet.
func (p *Lookup) Decode(from *Packet) Fault { return from.only(0) }

// A Server is one that discovery knows of.
type Server struct {
	Address     uint32 // see machine.Address
	Service     Service
	Hinted      bool // First and Tail say what it had when it last advertised
	First, Tail uint64
}

// serverSize is the size of a server in a Found, in bytes.
const serverSize = 22

// A Found lists servers, as bytes: see [Found.Len] and [Found.At], and [AppendServer].
type Found struct {
	Servers []byte
}

// AppendServer adds a server to a list for a [Found].
func AppendServer(list []byte, s Server) []byte {
	list = binary.LittleEndian.AppendUint32(list, s.Address)
	var hinted byte
	if s.Hinted {
		hinted = 1
	}
	return appendWords(append(list, byte(s.Service), hinted), s.First, s.Tail)
}

// Len is how many servers there are.
func (p *Found) Len() int { return len(p.Servers) / serverSize }

// At is one of them.
func (p *Found) At(i int) Server {
	le := binary.LittleEndian
	b := p.Servers[i*serverSize : (i+1)*serverSize]
	return Server{le.Uint32(b), Service(b[4]), b[5] == 1, le.Uint64(b[6:]), le.Uint64(b[14:])}
}

// Append writes the packet behind dst.
func (p *Found) Append(dst []byte, h Header) []byte {
	return end(h.begin(dst, KindFound), len(dst), p.Servers)
}

// Decode reads an opened packet. Servers are a part of it.
func (p *Found) Decode(from *Packet) Fault {
	if n := uint64(len(from.data)); n%serverSize != 0 {
		return Fault{BadBody, from.dataAt(), n, "a multiple of", serverSize}
	}
	for at := 5; at < len(from.data); at += serverSize {
		if hinted := from.data[at]; hinted > 1 {
			return Fault{BadBody, from.dataAt() + at, uint64(hinted), "at most", 1}
		}
	}
	*p = Found{from.data[:len(from.data):len(from.data)]}
	return Fault{}
}
