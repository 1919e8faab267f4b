package oracle

import (
	"encoding/binary"
	"fmt"
)

// Found judges what a discovery of a region tells a client of one: clients of its own region are told
// what its own servers have, and nobody is told more than where the others are. What they have is a
// hint, and may be old; but it was there once.
func (b *Bus) Found(own, client uint16, p BusPacket) error {
	const size = 22
	for i := 0; i+size <= len(p.Data); i += size {
		entry := p.Data[i:]
		address, hinted := binary.LittleEndian.Uint32(entry), entry[5] == 1
		first, tail := binary.LittleEndian.Uint64(entry[6:]), binary.LittleEndian.Uint64(entry[14:])
		server := uint16(address >> 16)
		wrong := ""
		switch {
		case hinted && (client != own || server != own):
			wrong = "it is told what a server has"
		case hinted && (first > tail || tail > b.Tail()):
			wrong = "no server has that"
		case !hinted && client == own && server == own:
			wrong = "it is not told what a server of its region has"
		}
		if wrong != "" {
			return fmt.Errorf("found by a client of region %d, at a discovery of %d, of a server of %d, [%d, %d): %s", client, own, server, first, tail, wrong)
		}
	}
	return nil
}
