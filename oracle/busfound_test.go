package oracle

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhoIsToldWhatServersHave(t *testing.T) {
	entry := func(region uint32, hinted byte, first, tail uint64) []byte {
		b := binary.LittleEndian.AppendUint32(nil, region<<16|9)
		b = append(b, 1, hinted)
		return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(b, first), tail)
	}
	b := NewBus()
	for _, c := range []struct {
		own, client uint16
		entry       []byte
		wrong       string
	}{
		{1, 1, entry(1, 1, 0, 0), ""},
		{1, 1, entry(2, 0, 0, 0), ""},
		{1, 2, entry(1, 0, 0, 0), ""},
		{1, 2, entry(2, 0, 0, 0), ""},
		{1, 2, entry(1, 1, 0, 0), "it is told what a server has"},
		{1, 1, entry(2, 1, 0, 0), "it is told what a server has"},
		{1, 1, entry(1, 0, 0, 0), "it is not told what a server of its region has"},
		{1, 1, entry(1, 1, 0, 1), "no server has that"},
		{1, 1, entry(1, 1, 1, 0), "no server has that"},
	} {
		err := b.Found(c.own, c.client, BusPacket{Kind: "found", Data: append(entry(2, 0, 0, 0), c.entry...)})
		if c.wrong == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, c.wrong)
		}
	}
}
