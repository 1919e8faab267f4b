package explore

// Recent is what the last bursts showed, and so what the next ones will, if things go on
// like that. Nothing tells what lies behind a door that no burst has opened.
type Recent struct {
	Bursts int     `json:"bursts"`
	News   int     `json:"news"` // of them, those that showed something new
	Low    float64 `json:"low"`  // share of such bursts: the interval of Wilson, 95 %
	High   float64 `json:"high"` // likewise
}

// A yield is how many bursts there were, how many of them showed something new, and how
// many traits were told apart by then.
type yield struct{ bursts, news, traits int }

// What is recent is short, so that it shows soon that nothing new comes any more, and long
// enough to say something.
const (
	recentPart = 10   // one in so many bursts
	recentMin  = 1000 // bursts, if there are so many
)

// A diary has yields of the past. Their distance grows with their age, so they are few,
// however long the hunt.
type diary []yield

// note takes in a yield, if the last one is old enough.
func (d *diary) note(y yield) {
	apart := recentMin / 10
	if n := len(*d); n > 0 {
		last := (*d)[n-1].bursts
		if apart = max(apart, last/(10*recentPart)); y.bursts < last+apart {
			return
		}
	} else if y.bursts < apart {
		return
	}
	*d = append(*d, y)
}

// recent is the yield of the recent past.
//
// Good and Turing's estimate, the share of bursts that were alone to show something, would
// need bursts that are all drawn alike, and the explorer's are not. In a maze each new cell
// is gone back to, and so shown again, until there is hardly one that was shown once: the
// estimate is next to nothing while every burst finds a cell. And what was shown once, and
// can't be again, stays in it for good, long after the last new thing.
func (d diary) recent(now yield) yield {
	since, border := yield{}, now.bursts-max(recentMin, now.bursts/recentPart)
	for _, y := range d {
		if y.bursts > border {
			break
		}
		since = y
	}
	return yield{now.bursts - since.bursts, now.news - since.news, now.traits - since.traits}
}

// perBurst is how many new traits a burst showed.
func (y yield) perBurst() float64 { return float64(y.traits) / float64(max(1, y.bursts)) }

// share is how many of the bursts showed something new, with its interval.
func (y yield) share() Recent {
	s := share(y.news, y.bursts)
	return Recent{y.bursts, y.news, s.Low, s.High}
}
