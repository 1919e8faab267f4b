package sim

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"battle.test/statemachines/machine"
)

// pictured is a run that has everything which pictures show.
func pictured() *Network {
	n := New(Config{Seed: 3, Log: 1000, Link: Link{Latency: Even(200*Microsecond, 600*Microsecond)}, SyncTime: Even(Millisecond, Millisecond)})
	for i, name := range []string{"ann", "bob", "cat & co", "sum"} {
		h := Host{Name: name, Address: machine.At(1, uint16(i+1)), Start: startEcho}
		if name == "sum" {
			h.Start = startCounter
		}
		n.Add(h)
	}
	say := func(id ID, text string) { n.Command(id, []byte(text)); n.RunFor(500 * Microsecond) }
	say(0, "1/2 hello")
	say(3, "A")
	n.RunFor(2 * Millisecond)
	cut := n.Impose(Cut(0, 1))
	say(0, "1/2 lost")
	n.Kill(2, ProcessOnly)
	corrupt := n.Impose(Rule{From: []ID{0}, Faults: Faults{Corrupt: Always}})
	say(0, "1/3 =down")
	n.Lift(cut)
	say(0, "1/2 =wrong")
	n.Lift(corrupt)
	_ = n.Start(2)
	n.Pause(1)
	say(0, "1/2 =waits")
	n.JumpClock(3, -Second)
	n.Resume(1)
	n.Impose(Clog(0, 2))
	say(0, "1/3 =stuck")
	n.Release(0)
	_ = n.TakeSnapshot(3)
	say(0, "1/9 =nobody")
	say(2, "1/1 =last")
	n.Command(1, []byte("1/3 =under_way"))
	n.RunFor(0)
	return n
}

func TestDiagramShowsWhatHappened(t *testing.T) {
	var out bytes.Buffer
	n := pictured()
	require.NoError(t, n.Log().WriteDiagram(&out))
	if name := os.Getenv("SIM_DIAGRAM"); name != "" {
		require.NoError(t, os.WriteFile(name, out.Bytes(), 0o644))
	}
	counts := map[string]int{}
	for decoder := xml.NewDecoder(bytes.NewReader(out.Bytes())); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if start, ok := token.(xml.StartElement); ok {
			for _, a := range start.Attr {
				require.NotContains(t, a.Name.Local, "href", "it refers to nothing outside")
				if a.Name.Local == "class" {
					counts[a.Value]++
				}
			}
		}
	}
	received, lost := 0, 0
	for _, e := range n.Log().Events() {
		switch {
		case e.Kind == Received:
			received++
		case e.Kind == Lost && e.Peer >= 0:
			lost++
		}
	}
	require.Equal(t, received, counts["head"], "arrow heads")
	require.Equal(t, received+2, counts["sent"]+counts["wrong"]-lost, "arrows: two are under way")
	require.Equal(t, 2, lost)
	require.Equal(t, lost-1+1, counts["cross"], "a cross for each that is lost, but for that to a host that is down, and one for the host that was killed")
	require.Equal(t, 6, counts["life"], "lives: one was killed, one paused and resumed")
	require.Equal(t, 1, counts["life paused"])
	require.Equal(t, 3, counts["bar"])
	for _, text := range []string{"cat &amp; co", "killed with 0 bytes", "imposed 1: ann &lt;-&gt; bob: cut", "clock set by -1000000000 ns", "snapshot of offset 1"} {
		require.Contains(t, out.String(), text)
	}
}

// A pcapBlock is a block of a file, taken apart by what the format says.
type pcapBlock struct {
	kind    uint32
	body    []byte
	options map[uint16]string
}

func parsePcap(t *testing.T, file []byte) (blocks []pcapBlock) {
	le := binary.LittleEndian
	fixed := map[uint32]int{sectionBlock: 16, interfaceBlock: 8, packetBlock: 20}
	for at := 0; at < len(file); {
		b := pcapBlock{kind: le.Uint32(file[at:]), options: map[uint16]string{}}
		size := int(le.Uint32(file[at+4:]))
		require.Zero(t, size%4)
		require.Equal(t, uint32(size), le.Uint32(file[at+size-4:]), "the length again, block at %d", at)
		whole := file[at+8 : at+size-4]
		length := fixed[b.kind]
		if b.kind == packetBlock {
			length += int(le.Uint32(whole[12:]))
		}
		b.body = whole[:length]
		for rest := whole[(length+3)/4*4:]; len(rest) > 0; {
			code, n := le.Uint16(rest), int(le.Uint16(rest[2:]))
			if code == 0 {
				require.Len(t, rest, 4, "nothing follows the end of options")
				break
			}
			b.options[code] = string(rest[4 : 4+n])
			rest = rest[4+(n+3)/4*4:]
		}
		blocks = append(blocks, b)
		at += size
	}
	return blocks
}

func TestPcapHasEveryPacketTwice(t *testing.T) {
	var out bytes.Buffer
	n := pictured()
	n.Log().Describe = func(e Event) string { return strings.ToUpper(string(e.Data)) }
	require.NoError(t, n.Log().WritePcap(&out))
	if name := os.Getenv("SIM_PCAP"); name != "" {
		require.NoError(t, os.WriteFile(name, out.Bytes(), 0o644))
	}
	blocks := parsePcap(t, out.Bytes())
	require.Equal(t, uint32(sectionBlock), blocks[0].kind)
	for i, h := range n.Log().names {
		require.Equal(t, fmt.Sprint(h.Name, " ", h.Address), blocks[1+i].options[nameOption])
		require.Equal(t, "\x09", blocks[1+i].options[resolutionOption])
	}
	packets := blocks[1+len(n.hosts):]
	for _, e := range n.Log().Events() {
		switch e.Kind {
		case Lost, Stuck, Released, Corrupted:
			if e.Peer >= 0 {
				continue // a comment of the packet
			}
		}
		p := packets[0]
		packets = packets[1:]
		le, be := binary.LittleEndian, binary.BigEndian
		require.Equal(t, e.At, int64(le.Uint32(p.body[4:]))<<32|int64(le.Uint32(p.body[8:])))
		ip := p.body[20:]
		require.Equal(t, int(be.Uint16(ip[2:])), len(ip), "length of the datagram")
		require.Equal(t, int(be.Uint16(ip[24:])), len(ip)-20, "length in UDP")
		sum := uint32(0)
		for i := 0; i < 20; i += 2 {
			sum += uint32(be.Uint16(ip[i:]))
		}
		require.Equal(t, uint32(0xFFFF), sum>>16+sum&0xFFFF, "checksum of the header")
		switch e.Kind {
		case Sent, Received:
			require.Equal(t, uint32(e.Host), le.Uint32(p.body), "interface")
			require.Equal(t, string(e.Data), string(ip[28:]))
			require.Contains(t, p.options[commentOption], strings.ToUpper(string(e.Data)))
			require.Equal(t, byte(e.Host+1), ip[map[EventKind]int{Sent: 15, Received: 19}[e.Kind]], "its address")
			require.Equal(t, map[EventKind]byte{Sent: outbound, Received: inbound}[e.Kind], p.options[flagsOption][0])
		default:
			require.Equal(t, uint16(syslogPort), be.Uint16(ip[20:]))
			require.Equal(t, "<14>"+n.Log().Line(e), string(ip[28:]))
		}
	}
	require.Empty(t, packets)
	require.Contains(t, out.String(), "lost #3 to bob: by a cut")
}
