package fuzz

// streamByte is the content of every test stream: a function of the offset and of the
// incarnation of the stream, so that a byte from another place or from before a restart
// shows. It is never NUL, so that memory that was never written shows.
func streamByte(off, incarnation uint64) byte {
	mixed := (off + 1 + incarnation<<32) * 0x9E3779B97F4A7C15
	return byte(1 + mixed>>40%255)
}

// fillStream writes the stream's bytes from off on into dst.
func fillStream(dst []byte, off, incarnation uint64) {
	for i := range dst {
		dst[i] = streamByte(off+uint64(i), incarnation)
	}
}
