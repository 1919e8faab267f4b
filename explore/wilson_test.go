package explore

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestIntervalOfWilson has the values of Newcombe, "Two-sided confidence intervals for the
// single proportion: comparison of seven methods" (1998), table I, method 3.
func TestIntervalOfWilson(t *testing.T) {
	cases := []struct {
		fails, runs int
		low, high   float64
	}{
		{81, 263, 0.2553, 0.3662},
		{15, 148, 0.0624, 0.1605},
		{0, 20, 0, 0.1611},
		{1, 29, 0.0061, 0.1718},
		{20, 20, 1 - 0.1611, 1},
		{0, 0, 0, 1},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%d of %d", c.fails, c.runs), func(t *testing.T) {
			s := share(c.fails, c.runs)
			require.InDelta(t, c.low, s.Low, 5e-5)
			require.InDelta(t, c.high, s.High, 5e-5)
			require.InDelta(t, c.high-c.low, s.width(), 1e-4)
		})
	}
	require.Equal(t, share(3, 8), share(2, 7).with(true))
	require.Equal(t, share(2, 8), share(2, 7).with(false))
}
