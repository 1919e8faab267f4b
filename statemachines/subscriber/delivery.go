package subscriber

import (
	"encoding/binary"
	"fmt"

	"battle.test/statemachines/wire"
)

// DeliveryKind sorts deliveries.
type DeliveryKind uint8

// The kinds of deliveries.
const (
	Message DeliveryKind = 1 + iota // of the stream
	CutOff                          // there will be no more until the application has taken some
)

// String is the kind's name, as in "message".
func (k DeliveryKind) String() string {
	switch k {
	case Message:
		return "message"
	case CutOff:
		return "cut-off"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// A Delivery is what an application gets in an output's data.
type Delivery struct {
	Kind  DeliveryKind
	Next  uint64     // offset where the next message begins: to start over from
	Frame wire.Frame // of a Message; Payload is valid as long as the output
}

// deliveryHead is the size of a delivery without its frame: kind and next.
const deliveryHead = 9

// appendHead begins a delivery.
func appendHead(dst []byte, kind DeliveryKind, next uint64) []byte {
	return binary.LittleEndian.AppendUint64(append(dst, byte(kind)), next)
}

// ReadDelivery reads the data of an output. The error is of bytes that are none.
func ReadDelivery(b []byte) (Delivery, error) {
	if len(b) < deliveryHead {
		return Delivery{}, fmt.Errorf("subscriber: a delivery of %d bytes, want at least %d", len(b), deliveryHead)
	}
	d := Delivery{Kind: DeliveryKind(b[0]), Next: binary.LittleEndian.Uint64(b[1:])}
	frame := b[deliveryHead:]
	if d.Kind != Message {
		return d, nil
	}
	var size int
	var fault wire.Fault
	if d.Frame, size, fault = wire.NextFrame(frame); fault.Reason != wire.None {
		return Delivery{}, fault
	}
	if size == 0 || size != len(frame) {
		return Delivery{}, fmt.Errorf("subscriber: a delivery with %d bytes of a frame, want one frame", len(frame))
	}
	return d, nil
}

// takenSize is the size of the command that says what was taken.
const takenSize = 8

// AppendTaken appends the command by which an application says that it has taken all messages
// up to an offset, the Next of one of them.
func AppendTaken(dst []byte, next uint64) []byte {
	return binary.LittleEndian.AppendUint64(dst, next)
}
