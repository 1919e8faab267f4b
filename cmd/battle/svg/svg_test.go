package svg

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTextIsEscaped(t *testing.T) {
	var d Drawing
	d.Put(`<svg width="%d">`, 3)
	d.Text(1, 2, `class="x"`, `<b>"&`)
	require.Equal(t, "<svg width=\"3\">\n<text x=\"1.0\" y=\"2.0\" class=\"x\">&lt;b&gt;&#34;&amp;</text>\n", d.String())
}

func TestTextIsMadeToFit(t *testing.T) {
	require.Equal(t, "äöü", Fit("äöü", 3))
	require.Equal(t, "ä…", Fit("äöü", 2))
}
