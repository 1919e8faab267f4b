package battle

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A tag is a parsed `draw:"…"` struct tag:
//
//	draw:"-80..80"          a number from -80 to 80, both included
//	draw:"len=0..64"        the length of a slice or string
//	draw:"len=1..8,0..100"  a length, and the range of the elements
//
// Bounds are Go integer literals: 4096, 0x1000, 1_000_000.
type tag struct {
	value, length bounds
}

// bounds is a range as it was written. The limits are kept as text until the
// field's type says whether they are signed.
type bounds struct {
	set      bool
	low, top string
}

func parseTag(text string) (tag, error) {
	var t tag
	if text == "" {
		return t, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		into, what := &t.value, "range"
		if rest, ok := strings.CutPrefix(part, "len="); ok {
			into, what, part = &t.length, "len", rest
		}
		low, top, ok := strings.Cut(part, "..")
		if !ok || low == "" || top == "" {
			return t, fmt.Errorf("tag draw:%q: %q is not a range: write draw:\"0..9\" or draw:\"len=0..9\"", text, part)
		}
		if into.set {
			return t, fmt.Errorf("tag draw:%q gives the %s twice", text, what)
		}
		*into = bounds{set: true, low: low, top: top}
	}
	return t, nil
}

// signed gives the bounds as numbers of a signed type of that many bits.
func (b bounds) signed(bits int) (low, top int64, err error) {
	if low, err = strconv.ParseInt(b.low, 0, bits); err != nil {
		return 0, 0, boundError(err, b.low, bits, "int")
	}
	if top, err = strconv.ParseInt(b.top, 0, bits); err != nil {
		return 0, 0, boundError(err, b.top, bits, "int")
	}
	if low > top {
		return 0, 0, fmt.Errorf("range %s..%s is empty", b.low, b.top)
	}
	return low, top, nil
}

// unsigned gives the bounds as numbers of an unsigned type of that many bits.
func (b bounds) unsigned(bits int) (low, top uint64, err error) {
	if low, err = strconv.ParseUint(b.low, 0, bits); err != nil {
		return 0, 0, boundError(err, b.low, bits, "uint")
	}
	if top, err = strconv.ParseUint(b.top, 0, bits); err != nil {
		return 0, 0, boundError(err, b.top, bits, "uint")
	}
	if low > top {
		return 0, 0, fmt.Errorf("range %s..%s is empty", b.low, b.top)
	}
	return low, top, nil
}

func boundError(err error, text string, bits int, family string) error {
	if errors.Is(err, strconv.ErrSyntax) && !strings.HasPrefix(text, "-") {
		return fmt.Errorf("bound %q is not an integer", text)
	}
	return fmt.Errorf("bound %s does not fit %s%d", text, family, bits)
}
