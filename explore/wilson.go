package explore

import "math"

// A Share is how many of some runs failed, and what that tells of the probability.
type Share struct {
	Fails int     `json:"fails"`
	Runs  int     `json:"runs"`
	P     float64 `json:"p"`    // Fails / Runs
	Low   float64 `json:"low"`  // of the interval of Wilson, 95 %
	High  float64 `json:"high"` // likewise
}

// z is the quantile of the normal distribution for intervals of 95 %.
const z = 1.959963984540054

// share makes the interval of Wilson ("Probable inference, the law of succession, and
// statistical inference", 1927). Unlike the usual one it is true for shares near 0 and 1,
// and for few runs. Of no runs it is everything.
func share(fails, runs int) Share {
	if runs == 0 {
		return Share{High: 1}
	}
	n := float64(runs)
	p := float64(fails) / n
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	reach := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	s := Share{Fails: fails, Runs: runs, P: p, Low: max(0, middle-reach), High: min(1, middle+reach)}
	if fails == 0 {
		s.Low = 0 // what is left there is rounding
	}
	if fails == runs {
		s.High = 1
	}
	return s
}

// with is the share after one more run.
func (s Share) with(fails bool) Share {
	if fails {
		s.Fails++
	}
	return share(s.Fails, s.Runs+1)
}

// width is that of the interval.
func (s Share) width() float64 { return s.High - s.Low }
