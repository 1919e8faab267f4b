package snapshot

import "io"

// A feed hands out a file front to back. What it returns stays valid.
type feed interface {
	// next returns the next n bytes, or with an error those that came before it; n is
	// within what the file has left.
	next(n int) ([]byte, error)
	// summed is next, with the CRC32C of what it returns.
	summed(n int) ([]byte, uint32, error)
	// expect announces how many bytes will be asked for in all from now on.
	expect(n int)
}

// memory feeds from a slice, without copying.
type memory struct{ rest []byte }

func (m *memory) expect(int) {}

func (m *memory) next(n int) ([]byte, error) {
	b := m.rest[:n]
	m.rest = m.rest[n:]
	return b, nil
}

func (m *memory) summed(n int) ([]byte, uint32, error) {
	b, _ := m.next(n)
	there := func(p []byte, _ int64) (int, error) { return len(p), nil }
	_, sum, err := sumApart(b, 0, there)
	return b, sum, err
}

// stream feeds from a reader, through one buffer for all that was announced.
type stream struct {
	buf   []byte
	at    int64 // in the file
	read  readAt
	apart bool // read may be called by many at once, and in any order
}

// newStream prefers a reader that can read at any place, as files can.
func newStream(reader io.Reader, buf []byte) *stream {
	if file, ok := reader.(io.ReaderAt); ok {
		return &stream{buf: buf, read: file.ReadAt, apart: true}
	}
	return &stream{buf: buf, read: func(p []byte, _ int64) (int, error) { return io.ReadFull(reader, p) }}
}

func (s *stream) expect(n int) {
	if cap(s.buf) < n {
		s.buf = make([]byte, n)
	}
	s.buf = s.buf[:n]
}

// take is the part of the buffer, and of the file, for the next n bytes.
func (s *stream) take(n int) (b []byte, at int64) {
	b, at = s.buf[:n:n], s.at
	s.buf, s.at = s.buf[n:], s.at+int64(n)
	return b, at
}

func (s *stream) next(n int) ([]byte, error) {
	b, at := s.take(n)
	got, err := s.read(b, at)
	return b[:got], whole(got, n, err)
}

func (s *stream) summed(n int) ([]byte, uint32, error) {
	b, at := s.take(n)
	sum := sumInPieces
	if s.apart {
		sum = sumApart
	}
	got, value, err := sum(b, at, s.read)
	return b[:got], value, err
}

// whole drops the error of a read that got all it asked for: at the end of a file a
// reader may say so at once.
func whole(got, want int, err error) error {
	if got == want {
		return nil
	}
	return err
}
