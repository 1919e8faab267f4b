package likelihood

import (
	"regexp"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// No text is cut at the picture's edges, be the update's name longer than the jump is wide.
func TestTextOfAPictureIsWithinIt(t *testing.T) {
	for _, l := range []layout{desk, phone} {
		a := twoUpdates()
		a.Finding.Trace[0] = "reattach-every-follower to=1"
		for len(a.Finding.Trace) < 50 {
			a.Finding.Trace = append(a.Finding.Trace, "toss")
		}
		a.Explanation.Points[2].Moment = 50
		require.NoError(t, a.Check())
		found := regexp.MustCompile(`<text x="([0-9.]+)" y="([0-9.]+)" ([^>]*)>([^<]*)</text>`).FindAllStringSubmatch(string(a.draw(l, "")), -1)
		require.Greater(t, len(found), 10)
		for _, one := range found {
			x, err := strconv.ParseFloat(one[1], 64)
			require.NoError(t, err)
			y, err := strconv.ParseFloat(one[2], 64)
			require.NoError(t, err)
			wide := float64(utf8.RuneCountInString(one[4]) * svgLetter)
			switch {
			case regexp.MustCompile(`anchor="middle"`).MatchString(one[3]):
				x -= wide / 2
			case regexp.MustCompile(`anchor="end"`).MatchString(one[3]):
				x -= wide
			}
			require.True(t, x > -svgLetter && x+wide < float64(l.width)+svgLetter && y > 8 && y < float64(l.height), "%s: %q at %.0f, %.0f", l.class, one[4], x, y)
		}
	}
}
