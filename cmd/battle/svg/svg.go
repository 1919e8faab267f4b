// Package svg writes pictures, element by element.
package svg

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
)

// A Drawing is SVG that is being written. The zero value is an empty one.
type Drawing struct {
	bytes.Buffer
}

// Put writes a line of elements as it is. Text that others wrote is to be [Escaped].
func (d *Drawing) Put(format string, args ...any) { fmt.Fprintf(d, format+"\n", args...) }

// Text writes text at a place, with further attributes.
func (d *Drawing) Text(x, y float64, attributes, text string) {
	d.Put(`<text x="%.1f" y="%.1f" %s>%s</text>`, x, y, attributes, Escaped(text))
}

// Escaped makes text safe in XML.
func Escaped(text string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		panic("a strings.Builder does not fail: " + err.Error())
	}
	return b.String()
}

// Fit shortens text to a number of letters.
func Fit(text string, most int) string {
	letters := []rune(text)
	if len(letters) <= most {
		return text
	}
	return string(letters[:most-1]) + "…"
}
