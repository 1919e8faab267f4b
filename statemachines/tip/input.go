package tip

// Client names a client, across regions.
type Client uint64

// InputKind sorts inputs.
type InputKind uint8

const (
	Tick    InputKind = iota // time passes; what waits may be sent
	Stream                   // a packet of the stream
	Request                  // a client asks
)

func (k InputKind) String() string { return [...]string{"tick", "stream", "request"}[k] }

// An Input is one thing that happens to the machine.
type Input struct {
	Kind   InputKind
	Epoch  uint64 // of the packet, or that the client knows
	Offset uint64 // of the packet's first byte, or of the first byte asked for

	// Of packets.
	Start uint64 // where the packet's epoch began; what was sent before may come again, in its name
	Data  []byte // copied; none in a heartbeat

	// Of requests.
	Client Client
	Region uint16
	Length uint32 // bytes, above 0
}

// Kind sorts outputs.
type Kind uint8

const (
	Data       Kind = iota // the bytes from Offset on; none at tail
	TooOld                 // refused: Offset is below First
	Future                 // refused: Offset is past Tail
	WrongEpoch             // refused: the request is of another epoch than Epoch
	Busy                   // refused: no room; try again after Retry
	Malformed              // refused: the request asks for nothing
	Missing                // to whoever has it: the stream from Tail up to Offset did not come
)

func (k Kind) String() string {
	return [...]string{"data", "too-old", "future", "wrong-epoch", "busy", "malformed", "missing"}[k]
}

// An Output is one thing that the machine wants sent.
type Output struct {
	Kind   Kind
	Client Client // who asked; none for Missing
	Offset uint64 // as asked for
	Data   []byte // valid until the next Step
	Retry  int64  // ns, of Busy

	// As of now, in every output.
	Epoch, First, Tail uint64
}
