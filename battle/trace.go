package battle

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A trace is a program as text: an update a line, its kind and then its fields as
// name=value. Blank lines and what follows a '#' do not count. A ';' ends a line too,
// so that a trace fits on a command line.
//
//	# the story of the tip bug
//	restart base=315567
//	read from=base offset=-2142 length=8
//
// Numbers are Go integers; enumerations are words; bytes are quoted Go strings or
// hexadecimal (0x00ff); lists are [1 2 3]; nested structs are {a=1 b=2}.

// traceMax bounds what is read as a trace, in bytes.
const traceMax = 16 << 20

func (s step) String() string { return string(s.print(nil)) }

func (s step) print(b []byte) []byte {
	return s.kind.root.printFields(append(b, s.kind.name...), s.p)
}

func (p program) String() string {
	var b []byte
	for _, s := range p {
		b = append(s.print(b), '\n')
	}
	return string(b)
}

// oneLine is the trace with semicolons for line ends.
func (p program) oneLine() string {
	var parts []string
	for _, s := range p {
		parts = append(parts, s.String())
	}
	return strings.Join(parts, "; ")
}

// badLinesMax is how many lines of a trace that can't be used are named: it may be no trace
// at all.
const badLinesMax = 20

// parse reads a trace. The error names the file, the line and the column of what is wrong in
// each line: in a trace of an older build one renamed field spoils many.
func (p *plan) parse(file string, text []byte) (program, error) {
	switch {
	case len(text) > traceMax:
		return nil, fmt.Errorf("%s: %d bytes, a trace has at most %d", position(file, text, traceMax), len(text), traceMax)
	case bytes.IndexByte(text, 0) >= 0:
		return nil, fmt.Errorf("%s: a NUL byte: this is a binary file, not a trace", position(file, text, bytes.IndexByte(text, 0)))
	case bytes.IndexByte(text, '\r') >= 0:
		return nil, fmt.Errorf("%s: a carriage return: a trace's lines end in LF alone (for git: *.trace text eol=lf)", position(file, text, bytes.IndexByte(text, '\r')))
	case !utf8.Valid(text):
		return nil, fmt.Errorf("%s: not UTF-8", position(file, text, validUntil(text)))
	}
	var prog program
	var errs []error
	for i, line := range bytes.Split(text, []byte("\n")) {
		updates, err := p.parseLine(&scanner{file: file, line: i + 1, text: string(line)})
		if err != nil {
			errs = append(errs, err)
		}
		if len(errs) == badLinesMax {
			return nil, errors.Join(append(errs, fmt.Errorf("%s: what follows line %d was not read", file, i+1))...)
		}
		prog = append(prog, updates...)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return prog, nil
}

func (p *plan) parseLine(s *scanner) (updates program, err error) {
	for s.peek() != '\n' {
		if s.peek() == ';' {
			s.pos++
			continue
		}
		one, err := p.parseUpdate(s)
		if err != nil {
			return nil, err
		}
		updates = append(updates, one)
	}
	return updates, nil
}

// position is file:line:column of an offset in a file, from 1 and in bytes.
func position(file string, text []byte, offset int) string {
	before := text[:offset]
	column := offset - bytes.LastIndexByte(before, '\n')
	return fmt.Sprintf("%s:%d:%d", file, 1+bytes.Count(before, []byte("\n")), column)
}

// validUntil is the offset of the first byte that is no part of UTF-8 text.
func validUntil(text []byte) int {
	offset := 0
	for {
		r, size := utf8.DecodeRune(text[offset:])
		if r == utf8.RuneError && size <= 1 {
			return offset
		}
		offset += size
	}
}

func (p *plan) parseUpdate(s *scanner) (step, error) {
	name, err := s.word()
	if err != nil {
		return step{}, err
	}
	k := p.byName[name]
	if k == nil {
		return step{}, s.errorf("unknown update %q in target %s, want %s", name, p.name, oneOf(p.kindNames()))
	}
	one := newStep(k)
	if err := k.root.parseFields(s, one.p); err != nil {
		return step{}, err
	}
	if !s.atEnd() {
		s.start = s.pos
		return step{}, s.errorf("got %q, want a field of %s", s.peek(), k.name)
	}
	return one, nil
}

func (p *plan) kindNames() []string {
	var names []string
	for _, k := range p.kinds {
		names = append(names, k.name)
	}
	return names
}

// A scanner reads one line of a trace.
type scanner struct {
	file  string
	line  int
	text  string
	pos   int
	start int // of the token last read, for errors
}

func (s *scanner) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d:%d: %w", s.file, s.line, s.start+1, fmt.Errorf(format, args...))
}

// skip passes over white space and a comment.
func (s *scanner) skip() {
	for s.pos < len(s.text) && (s.text[s.pos] == ' ' || s.text[s.pos] == '\t') {
		s.pos++
	}
	if s.pos < len(s.text) && s.text[s.pos] == '#' {
		s.pos = len(s.text)
	}
}

// atEnd reports the end of the update: of its line, or a semicolon.
func (s *scanner) atEnd() bool {
	c := s.peek()
	return c == '\n' || c == ';'
}

func (s *scanner) peek() byte {
	s.skip()
	if s.pos == len(s.text) {
		return '\n'
	}
	return s.text[s.pos]
}

func (s *scanner) expect(c byte) error {
	got := s.peek()
	s.start = s.pos
	if got != c {
		if got == '\n' {
			return s.errorf("the line ends, want %q", c)
		}
		return s.errorf("got %q, want %q", got, c)
	}
	s.pos++
	return nil
}

// word reads a name, an enumeration's word or a number.
func (s *scanner) word() (string, error) {
	s.skip()
	s.start = s.pos
	for s.pos < len(s.text) && isWordByte(s.text[s.pos]) {
		s.pos++
	}
	if s.pos == s.start {
		if s.pos == len(s.text) {
			return "", s.errorf("the line ends, want a word")
		}
		r, _ := utf8.DecodeRuneInString(s.text[s.pos:])
		return "", s.errorf("got %q, want a word", r)
	}
	return s.text[s.start:s.pos], nil
}

func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '+' || c == '_'
}

// isWord tells whether a name can stand in a trace and not be taken for a number.
func isWord(name string) bool {
	for i := range len(name) {
		if !isWordByte(name[i]) || name[i] == '+' {
			return false
		}
	}
	return name != "" && (name[0] >= 'a' && name[0] <= 'z' || name[0] >= 'A' && name[0] <= 'Z')
}

// bytes reads a quoted string or hexadecimal bytes.
func (s *scanner) bytes() ([]byte, error) {
	s.skip()
	s.start = s.pos
	if s.pos < len(s.text) && s.text[s.pos] == '"' {
		quoted, err := strconv.QuotedPrefix(s.text[s.pos:])
		if err != nil {
			return nil, s.errorf("a quoted string without its end, or with an escape that Go does not know")
		}
		s.pos += len(quoted)
		plain, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, s.errorf("%s is not a Go string: %v", quoted, err)
		}
		return []byte(plain), nil
	}
	word, err := s.word()
	if err != nil {
		return nil, err
	}
	digits, ok := strings.CutPrefix(word, "0x")
	if !ok {
		return nil, s.errorf("got %q, want bytes as \"text\" or 0x00ff", word)
	}
	return s.hex(digits)
}

func (s *scanner) hex(digits string) ([]byte, error) {
	if len(digits)%2 != 0 {
		return nil, s.errorf("0x%s has half a byte", digits)
	}
	b := make([]byte, len(digits)/2)
	for i := range b {
		v, err := strconv.ParseUint(digits[2*i:2*i+2], 16, 8)
		if err != nil {
			return nil, s.errorf("%q is not hexadecimal", digits[2*i:2*i+2])
		}
		b[i] = byte(v)
	}
	return b, nil
}

func appendQuoted(b []byte, text string) []byte { return strconv.AppendQuoteToASCII(b, text) }

// oneOf lists words for an error message, in their order.
func oneOf(words []string) string {
	switch len(words) {
	case 0:
		return "nothing"
	case 1:
		return words[0]
	}
	words = slices.Clone(words)
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
