package oracle

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// busRecord is a record as a machine writes it, of an epoch's stream, or a fact.
func busRecord(stream bool, epoch, offset uint64, data string) []byte {
	le := binary.LittleEndian
	kind := uint64(16)
	if stream {
		kind = 1
	}
	b := le.AppendUint32([]byte("sum."), uint32(len(data)))
	for _, word := range []uint64{kind, epoch, 0, offset, 0} {
		b = le.AppendUint64(b, word)
	}
	return append(b, data...)
}

// wrote has a host write records.
func wrote(h *BusHost, records ...[]byte) error {
	for _, one := range records {
		r, err := ReadBusRecord(one)
		if err != nil {
			return err
		}
		if err := h.Wrote(one, r); err != nil {
			return err
		}
	}
	return nil
}

func TestARecordIsReadAsItWasWritten(t *testing.T) {
	b := append(append([]byte("ARIAJRNL"), make([]byte, 24)...), busRecord(true, 7, 300, "abc")...)
	r, err := ReadBusRecord(b)
	require.NoError(t, err)
	require.Equal(t, BusRecord{Stream: true, Epoch: 7, Offset: 300, Data: []byte("abc")}, r)
	for _, wrong := range [][]byte{b[:len(b)-1], append(bytes.Clone(b), 0), b[:32], nil} {
		_, err := ReadBusRecord(wrong)
		require.ErrorContains(t, err, "are written as a record")
	}
}

// A journal has the stream up to where its last record ends, be it durable or not, and a start may find fewer of them.
func TestAJournalHasTheStreamUpToItsLastRecord(t *testing.T) {
	var h BusHost
	require.Zero(t, h.Tail())
	one, two, cut := busRecord(true, 1, 0, "hello"), busRecord(true, 1, 5, "you"), busRecord(true, 2, 5, "")
	require.NoError(t, wrote(&h, one, two))
	require.EqualValues(t, 8, h.Tail())
	require.NoError(t, wrote(&h, cut, busRecord(false, 2, 99, "fact")))
	require.EqualValues(t, 5, h.Tail())
	again := h.Clone()
	require.NoError(t, h.Start(append(bytes.Clone(one), two...)))
	require.EqualValues(t, 8, h.Tail())
	require.NoError(t, again.Start(one))
	require.EqualValues(t, 5, again.Tail())
}

// TestAHostHoldsWhatIsAccepted: of two records, the first with 5 bytes of the stream, the second with 3.
func TestAHostHoldsWhatIsAccepted(t *testing.T) {
	one, two := busRecord(true, 1, 0, "hello"), busRecord(true, 1, 5, "you")
	var want, other BusText
	want.show(0, []byte("helloy"))
	want.show(7, []byte("u"))
	other.show(0, []byte("hellome!"))
	journal := append(bytes.Clone(one), two...)
	cases := []struct {
		name, want string
		do         func(h *BusHost) error
	}{
		{"all is durable", "", func(h *BusHost) error { return h.Hold(len(journal), 8, &want) }},
		{"half of a record is not", "it has 5 bytes of the stream on its disk, and 6 are accepted on its word", func(h *BusHost) error {
			return h.Hold(len(journal)-1, 6, &want)
		}},
		{"it has something else", "byte 5 of the stream is 0x79 on its disk, and 0x6d is accepted", func(h *BusHost) error {
			return h.Hold(len(journal), 8, &other)
		}},
		{"it cuts off what nobody relies on", "", func(h *BusHost) error {
			if err := h.Hold(len(one), 5, &want); err != nil {
				return err
			}
			if err := wrote(h, busRecord(true, 2, 5, ""), busRecord(true, 2, 5, "me!")); err != nil {
				return err
			}
			return h.Hold(1<<20, 8, &other)
		}},
		{"it cuts off what others rely on", "cuts off the stream at byte 4, and 5 bytes are accepted on its word", func(h *BusHost) error {
			if err := h.Hold(len(one), 5, &want); err != nil {
				return err
			}
			return wrote(h, busRecord(false, 9, 0, ""), busRecord(true, 2, 4, ""))
		}},
		{"it writes past the end", "the journal has byte 9 of the stream behind byte 8", func(h *BusHost) error {
			if err := wrote(h, busRecord(true, 1, 9, "x")); err != nil {
				return err
			}
			return h.Hold(1<<20, 8, &want)
		}},
		{"it starts with less than others rely on", "on from 53 bytes of its journal, and 104 were durable", func(h *BusHost) error {
			if err := h.Hold(len(journal), 8, &want); err != nil {
				return err
			}
			return h.Start(one)
		}},
		{"it starts with what it has not written", "on from byte 53 of its journal, 0x00, and has not written that", func(h *BusHost) error {
			return h.Start(append(bytes.Clone(one), make([]byte, len(two))...))
		}},
		{"it starts with something else that was durable", "the first 104 bytes of its journal are not those that it wrote", func(h *BusHost) error {
			if err := h.Hold(len(journal), 8, &want); err != nil {
				return err
			}
			return h.Start(append(make([]byte, len(one)), two...))
		}},
		{"a record cuts off what is accepted before the record is durable", "it has 4 bytes of the stream on its disk, and 8 are accepted", func(h *BusHost) error {
			if err := wrote(h, busRecord(true, 2, 4, "")); err != nil {
				return err
			}
			if err := h.Hold(len(journal), 8, &want); err != nil {
				return err
			}
			return h.Hold(1<<20, 8, &want)
		}},
		{"it starts with less than it wrote", "", func(h *BusHost) error {
			if err := h.Start(one); err != nil {
				return err
			}
			c := h.Clone()
			if err := wrote(h, busRecord(true, 2, 5, "me!")); err != nil {
				return err
			}
			if err := wrote(&c, two); err != nil {
				return err
			}
			return errors.Join(h.Hold(1<<20, 8, &other), c.Hold(1<<20, 8, &want))
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var h BusHost
			require.NoError(t, wrote(&h, one, two))
			err := c.do(&h)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}

// TestAHostDoesNotGoBack to an older epoch, but in another life.
func TestAHostDoesNotGoBack(t *testing.T) {
	var h BusHost
	require.NoError(t, h.Sent(BusPacket{Kind: "stream", Epoch: 3}))
	require.NoError(t, h.Sent(BusPacket{Kind: "inject", Epoch: 2}), "that names what a sequencer said")
	require.NoError(t, h.Sent(BusPacket{Kind: "request"}), "it begins anew")
	require.ErrorContains(t, h.Sent(BusPacket{Epoch: 2}), "a packet in epoch 2, after one in epoch 3")
	require.NoError(t, h.Start(nil))
	require.NoError(t, h.Sent(BusPacket{Epoch: 2}))
}
