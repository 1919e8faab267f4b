package snapshot

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
)

// Decode checks a whole file in memory, against itself and against what is expected.
// name is the file's name without folders. The sections are parts of b.
func Decode(name string, b []byte, want Expect) (*Snapshot, error) {
	s, err := parse(name, int64(len(b)), math.MaxInt64, want.Version, &memory{rest: b})
	if err == nil {
		err = want.check(name, s)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Inspect is Decode without expectations: it checks that the file is whole, and that
// its name is that of its offset.
func Inspect(name string, b []byte) (*Snapshot, error) {
	return parse(name, int64(len(b)), math.MaxInt64, LatestVersion, &memory{rest: b})
}

// sizeMax is the size of the largest file that is loaded, 1 TiB: a file that says more
// of itself, however well its checksums agree, would only end the process.
const sizeMax = min(1<<40, math.MaxInt)

// A parser reads one file.
type parser struct {
	file    string
	feed    feed
	size    int64
	version uint16 // the highest that is read
	at      int64  // how much was read
}

func (p *parser) refuse(reason Reason, offset int64, got, want any) error {
	return &Error{Reason: reason, File: p.file, Offset: offset, Got: fmt.Sprint(got), Want: fmt.Sprint(want)}
}

func (p *parser) next(n int) ([]byte, error) {
	b, err := p.feed.next(n)
	return b, p.passed(len(b), n, err)
}

// passed notes that n bytes were asked for and how many came.
func (p *parser) passed(got, n int, err error) error {
	p.at += int64(got)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return p.refuse(BadSize, p.at, "the end of the file", fmt.Sprintf("%d bytes, as many as when it was opened", p.size))
	}
	return &Error{Reason: Unreadable, File: p.file, Offset: p.at, Got: err.Error(), Want: byteCount(n-got) + " more", Err: err}
}

// parse reads a file of the given size. Nothing is allocated before the header has
// shown that the file is as long as it should be. Behind the header of a snapshot that is
// after maxStreamTime nothing is read, and of one of a later version not even that.
func parse(file string, size, maxStreamTime int64, version uint16, feed feed) (*Snapshot, error) {
	p := &parser{file: file, feed: feed, size: size, version: min(cmp.Or(version, LatestVersion), LatestVersion)}
	header, err := p.header()
	if err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	s := &Snapshot{Meta: Meta{
		Epoch:            le.Uint64(header[epochAt:]),
		CoreStreamLength: le.Uint64(header[lengthAt:]),
		StreamTime:       int64(le.Uint64(header[timeAt:])),
		Version:          le.Uint16(header[majorAt:]),
		Minor:            le.Uint16(header[minorAt:]),
	}}
	if s.Version >= Version2 {
		s.Start = le.Uint64(header[startAt:])
	}
	for _, field := range []struct {
		into *string
		at   int
	}{{&s.Stream, streamAt}, {&s.Service, serviceAt}, {&s.Writer, writerAt}} {
		if *field.into, err = p.text(header[field.at:field.at+textSize], int64(field.at)); err != nil {
			return nil, err
		}
	}
	if want := Name(s.CoreStreamLength); file != want {
		return nil, p.refuse(WrongName, lengthAt, file, want)
	}
	if s.StreamTime > maxStreamTime {
		return s, nil
	}
	count := int(le.Uint32(header[countAt:])) // within bounds: header saw to it
	feed.expect(int(size) - len(header))
	table, err := p.table(header, count)
	if err != nil {
		return nil, err
	}
	if s.Sections, err = p.sections(len(header), table, count); err != nil {
		return nil, err
	}
	if err := p.footer(header, table); err != nil {
		return nil, err
	}
	return s, nil
}

// header reads and checks the header up to what its lengths say of the file.
func (p *parser) header() ([]byte, error) {
	if p.size == 0 {
		return nil, p.refuse(Empty, 0, "0 bytes", "a header")
	}
	if err := p.holds(Version1); err != nil {
		return nil, err
	}
	if p.size > sizeMax {
		return nil, p.refuse(BadSize, 0, fmt.Sprintf("%d bytes", p.size), fmt.Sprintf("at most %d", int64(sizeMax)))
	}
	first := headerSize(Version1)
	p.feed.expect(first)
	h, err := p.next(first)
	if err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	if string(h[:len(magic)]) != magic {
		return nil, p.refuse(BadMagic, 0, fmt.Sprintf("%q", h[:len(magic)]), fmt.Sprintf("%q", magic))
	}
	// The version comes before the checksum: another major version may well have
	// another checksum, and "unknown version" is the truth that helps.
	major := le.Uint16(h[majorAt:])
	if major < Version1 || major > p.version {
		return nil, p.refuse(BadVersion, majorAt, major, versions(p.version))
	}
	if h, err = p.rest(h, major); err != nil {
		return nil, err
	}
	end := len(h) - 4
	if got, want := crc32.Checksum(h[:end], castagnoli), le.Uint32(h[end:]); got != want {
		return nil, p.refuse(BadHeader, int64(end), hex(got), hex(want))
	}
	if features := le.Uint32(h[featuresAt:]); features != 0 {
		return nil, p.refuse(BadFeature, featuresAt, hex(features), "none")
	}
	if reserved := le.Uint32(h[reservedAt:]); reserved != 0 {
		return nil, p.refuse(BadField, reservedAt, reserved, 0)
	}
	if size := le.Uint64(h[sizeAt:]); size != uint64(p.size) {
		return nil, p.refuse(BadSize, sizeAt, fmt.Sprintf("%d bytes", p.size), size)
	}
	room := (p.size - int64(len(h)) - footerSize) / entrySize
	if count := le.Uint32(h[countAt:]); int64(count) > room {
		return nil, p.refuse(BadCount, countAt, count, fmt.Sprintf("at most %d in %d bytes", room, p.size))
	}
	return h, nil
}

// versions are those up to one.
func versions(last uint16) string {
	if last == Version1 {
		return "1"
	}
	return fmt.Sprintf("1 to %d", last)
}

// holds refuses a file that is too short for a header of a version and the footer.
func (p *parser) holds(version uint16) error {
	if least := int64(headerSize(version) + footerSize); p.size < least {
		return p.refuse(BadSize, 0, byteCount(p.size), fmt.Sprintf("at least %d", least))
	}
	return nil
}

// rest reads what a later version has behind the header of version 1.
func (p *parser) rest(h []byte, version uint16) ([]byte, error) {
	more := headerSize(version) - len(h)
	if more == 0 {
		return h, nil
	}
	if err := p.holds(version); err != nil {
		return nil, err
	}
	p.feed.expect(more)
	b, err := p.next(more)
	return slices.Concat(h, b), err
}

func hex(sum uint32) string { return fmt.Sprintf("0x%08x", sum) }

// text reads a zero-padded field. After the first NUL there must be nothing else: two
// files for one snapshot would be one too many.
func (p *parser) text(field []byte, at int64) (string, error) {
	text, padding, _ := bytes.Cut(field, []byte{0})
	if i := bytes.IndexFunc(padding, func(r rune) bool { return r != 0 }); i >= 0 {
		return "", p.refuse(BadField, at+int64(len(text)+1+i), "a byte after the end of the text", "padding of NUL")
	}
	return string(text), nil
}

func (p *parser) table(header []byte, count int) ([]byte, error) {
	table, err := p.next(count * entrySize)
	if err != nil {
		return nil, err
	}
	if got, want := crc32.Checksum(table, castagnoli), binary.LittleEndian.Uint32(header[len(header)-8:]); got != want {
		return nil, p.refuse(BadTable, int64(len(header)), hex(got), hex(want))
	}
	return table, nil
}

// sections reads all sections of a table that begins at a byte of the file. Their lengths must fill the file exactly.
func (p *parser) sections(begin int, table []byte, count int) ([]Section, error) {
	sections := make([]Section, 0, count)
	seen := make(map[string]bool, count)
	for i := range count {
		at := int64(begin + i*entrySize)
		section, stored, sum, err := p.entry(table[i*entrySize:], at)
		if err != nil {
			return nil, err
		}
		if seen[section.Name] {
			return nil, p.refuse(BadField, at, fmt.Sprintf("section %q twice", section.Name), "each name once")
		}
		seen[section.Name] = true
		if section.Stored, err = p.stored(section.Name, stored, sum); err != nil {
			return nil, err
		}
		sections = append(sections, section)
	}
	if left := p.size - p.at - footerSize; left != 0 {
		return nil, p.refuse(BadSize, p.at, byteCount(left)+" between the sections and the footer", "none")
	}
	return sections, nil
}

// entry reads an entry of the table.
func (p *parser) entry(e []byte, at int64) (section Section, stored uint64, sum uint32, err error) {
	le := binary.LittleEndian
	if section.Name, err = p.text(e[:nameSize], at); err != nil {
		return section, 0, 0, err
	}
	flags := le.Uint32(e[32:])
	stored, section.Length = le.Uint64(e[40:]), le.Uint64(e[48:])
	section.Optional, section.Zstd = flags&flagOptional != 0, flags&flagZstd != 0
	left := uint64(p.size - p.at - footerSize)
	switch {
	case section.Name == "":
		err = p.refuse(BadField, at, "a section without a name", "a name")
	case flags&^(flagOptional|flagZstd) != 0:
		err = p.refuse(BadField, at+32, hex(flags), "flags 1 and 2 only")
	case stored > left:
		err = p.refuse(BadLength, at+40, stored, fmt.Sprintf("at most %d, what the file has left", left))
	case !section.Zstd && section.Length != stored:
		err = p.refuse(BadLength, at+48, section.Length, fmt.Sprintf("%d, as stored", stored))
	case section.Zstd && section.Length > lengthMax(stored):
		err = p.refuse(BadLength, at+48, section.Length, fmt.Sprintf("at most %d for %s stored", lengthMax(stored), byteCount(stored)))
	}
	return section, stored, le.Uint32(e[36:]), err
}

// stored reads a section.
func (p *parser) stored(name string, n uint64, want uint32) ([]byte, error) {
	begin := p.at
	b, sum, err := p.feed.summed(int(n))
	if err := p.passed(len(b), int(n), err); err != nil {
		return nil, err
	}
	if sum != want {
		return nil, p.refuse(BadSection, begin, fmt.Sprintf("%s of section %q", hex(sum), name), hex(want))
	}
	return b[:len(b):len(b)], nil
}

func (p *parser) footer(header, table []byte) error {
	at := p.at
	f, err := p.next(footerSize)
	if err != nil {
		return err
	}
	if string(f[:8]) != footerMagic {
		return p.refuse(BadFooter, at, fmt.Sprintf("%q", f[:8]), fmt.Sprintf("%q", footerMagic))
	}
	if size := binary.LittleEndian.Uint64(f[8:]); size != uint64(p.size) {
		return p.refuse(BadFooter, at+8, size, p.size)
	}
	hash := sha256.New()
	hash.Write(header)
	hash.Write(table)
	if sum := hash.Sum(nil)[:16]; !bytes.Equal(sum, f[16:]) {
		return p.refuse(BadFooter, at+16, fmt.Sprintf("%x", f[16:]), fmt.Sprintf("%x", sum))
	}
	return nil
}
