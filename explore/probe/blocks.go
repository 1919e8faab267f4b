package probe

// Of an ordinary build: nothing is instrumented. The battle command replaces this file.
const Size = 0

// Blocks are the blocks, by their index in Counters.
var Blocks []Block

// Numbers and Texts are the constants of the instrumented sources.
var (
	Numbers []uint64
	Texts   []string
)
