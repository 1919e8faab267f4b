package explore

import (
	"math/bits"
	"slices"
	"time"

	"battle.test/battle"
	"battle.test/explore/probe"
)

// Name is what the engine is registered as.
const Name = "explore"

// Engine hunts in a target: it is for [battle.Register].
func Engine(h *battle.Hunt) {
	e := newExplorer(h)
	h.Report(func() any { return e.progress() })
	if e.begin() {
		if h.Shares() {
			e.exchange = &exchange{}
		}
		turn := e.turn
		if e.races {
			turn = e.scheduledTurn
		}
		for n := 0; n%burstsBetween != 0 || !h.Expired(); n++ {
			if n%burstsBetween == 0 {
				e.exchangeWhenDue()
			}
			if !e.verify() {
				break
			}
			turn()
		}
		e.share()
	}
	h.Guide(nil)
	h.Report(func() any { return e.last() })
}

const (
	burstsBetween = 16 // two looks at the clock
	watchEvery    = 16 // bursts: one in so many records comparisons
	rewindShare   = 3  // one in so many starts a little before its moment

	// Where goroutines race: updates of new runs for each that goes on from a moment, among the first.
	freshFirst = 4
	first      = 200_000

	// Where they do not: see blindly.
	blindShare = 15     // updates of runs that are not watched for each other, in a young hunt
	blindFirst = 8_000  // all of the very first are not watched
	blindLeast = 40_000 // so long a hunt is young, or
	blindEach  = 1500   // for so many updates times the blocks that one runs
)

// An explorer is one hunt.
type explorer struct {
	hunt      *battle.Hunt
	races     bool // the tape does not decide the schedule
	dice      *dice
	novelty   *novelty
	frontier  *frontier
	composer  *composer
	chance    *composer // learns nothing
	restorer  restorer
	starts    []*burst // runs that were there at first
	untried   []*burst // of these, not watched yet
	promises  promises
	exchange  *exchange // nil: no other worker is there
	shares    timeshare // where the schedule decides
	prefix    []byte
	turns     int
	tried     int       // updates of bursts
	fresh     int       // of these, of new runs
	blind     int       // of these, of runs that were not watched
	blindLast int       // so many updates are tried before the last of them
	news      int       // turns that showed something new
	diary     diary     // of both
	watches   bool      // this turn records comparisons
	newest    time.Time // when something new was last seen, for the report only
	followed  [][]uint64
	places    []DoomedPlace // when last looked for
	looked    time.Time
}

func newExplorer(h *battle.Hunt) *explorer {
	e := &explorer{hunt: h, races: !h.Deterministic(), dice: newDice(h.Seed()), novelty: newNovelty(), frontier: newFrontier(), newest: time.Now()}
	e.composer = newComposer(h, e.dice)
	e.chance = newComposer(h, newDice(h.Seed()))
	e.followed = make([][]uint64, len(h.Weights()))
	for i := range e.followed {
		e.followed[i] = make([]uint64, len(e.followed))
	}
	h.Guide(e.novelty)
	return e
}

// begin takes in the corpus: it is the first that turns try. What the target promises is checked on one
// run of it before that, and on the others bit by bit: see verify.
func (e *explorer) begin() bool {
	for _, start := range e.hunt.Starts() {
		e.starts = append(e.starts, burstOf(start))
	}
	e.hunt.WillSave()
	if !e.races {
		e.promises.make(e.starts)
	} else if n := e.hunt.Entries(); n > 0 {
		e.starts = e.starts[:n] // they are done again and again
	}
	if !e.verify() || !e.races && !e.unwatched() {
		return false
	}
	e.untried = e.starts
	return true
}

// unwatched does the corpus, as [Random] does its runs: what fails of it is found at once. Nothing is
// lost: what was new will be so again. It reports whether the hunt can go on. It shows what an
// update costs, too, by what code it runs: a clock would tell each hunt something else.
func (e *explorer) unwatched() bool {
	blocks := 0
	for _, b := range e.starts {
		clearCounters()
		e.blind += e.run(b)
		for _, n := range probe.Counters[:probe.Size] {
			blocks += int(n)
		}
	}
	e.blindLast = max(blindLeast, blindEach*blocks/max(1, e.tried))
	return !e.hunt.Expired()
}

// run runs a burst from the beginning, looks at nothing and keeps nothing. It returns how many updates
// began.
func (e *explorer) run(b *burst) (begun int) {
	e.hunt.Guide(nil)
	defer e.hunt.Guide(e.novelty)
	e.hunt.Begin()
	e.hunt.Extend(b.updates)
	begun = e.hunt.Begun()
	e.count(true, begun)
	e.hunt.End()
	return begun
}

// blindly tells whether it is time for a run of [Random]'s kind: at the very first, and then for
// fifteen of sixteen updates as long as the hunt is young. Such runs cost a third of those that are
// watched and kept, and depend on nothing that was learnt, which leads away from the small
// numbers that much fails of. So what chance finds soon, the explorer finds hardly later. Where an
// update does much, the hunt is young for more of them: there chance needs as many as elsewhere, and
// each is dear. Where goroutines race, the corpus comes first.
func (e *explorer) blindly() bool {
	if e.races || e.tried >= e.blindLast {
		return false
	}
	return e.tried < blindFirst || e.blind < blindShare*(e.tried-e.blind)
}

// goesOn tells whether it is time to go on from a moment, and not for a new run: as much goes into
// both. Where goroutines race, most goes into new runs at first.
func (e *explorer) goesOn() bool {
	share := 1
	if e.tried < first && e.races {
		share = freshFirst
	}
	return e.fresh-e.blind > share*(e.tried-e.fresh)
}

// count counts what goesOn decides by.
func (e *explorer) count(fresh bool, updates int) {
	e.tried += updates
	if fresh {
		e.fresh += updates
	}
}

// turn goes back to a moment, and tries another future, or begins a new run. Where states go
// on for ever, each has something new about it, and few are any use: then new runs are better.
func (e *explorer) turn() {
	if e.blindly() {
		e.blind += e.run(e.chance.blind())
		return
	}
	if len(e.untried) > 0 {
		start := e.untried[0]
		e.untried = e.untried[1:]
		e.try(e.frontier.root, start)
		return
	}
	m, b := e.future()
	m.picks++
	e.watches = e.turns%watchEvery == 0
	from := m
	if e.dice.below(rewindShare) == 0 {
		from = m.before(1 + bits.TrailingZeros64(e.dice.random.Uint64()))
	}
	if e.try(from, b) {
		m.last = m.picks
	}
	e.watches = false
}

// future chooses a moment, and what is tried there.
func (e *explorer) future() (*moment, *burst) {
	m := e.frontier.root
	if e.goesOn() {
		m = e.frontier.pick(e.dice)
	}
	return m, e.composer.compose(m, e.frontier)
}

// watch records what is compared from here on, in a turn that is to. What was compared on
// the way to a moment is known, and a copy doesn't compare it again.
func (e *explorer) watch() {
	if e.watches {
		probe.Watch()
	}
}

// try runs a burst from a moment, and keeps what is new. It reports whether anything was.
func (e *explorer) try(m *moment, b *burst) bool {
	if !e.restore(m) {
		e.hunt.End()
		return false
	}
	e.diary.note(e.yield())
	e.turns++
	e.novelty.begin()
	e.watch()
	e.hunt.Extend(b.updates)
	e.novelty.fold(e.hunt.Labels())
	if e.watches {
		e.dice.learn(probe.Watched())
	}
	ran := e.hunt.Moment() - m.depth
	begun := e.hunt.Begun() - m.depth
	e.follow(m, b, begun)
	e.count(m == e.frontier.root, begun)
	failed := e.hunt.Failed()
	news := len(e.novelty.fresh) > 0 || e.novelty.better >= 0
	e.hunt.End()
	if !news && len(e.novelty.returned) == 0 {
		return false
	}
	if len(e.novelty.fresh) > 0 {
		e.newest = time.Now()
		e.news++
	}
	if failed {
		ran = begun - 1 // a moment that has failed has no future
	}
	e.retrace(m, b, ran)
	return news
}

// yield is what came up to now.
func (e *explorer) yield() yield { return yield{e.turns, e.news, e.novelty.known} }

// retrace runs a burst that showed something new once more, an update at a time, and
// keeps each moment at which something was there for the first time. A moment is what came
// since m; another worker's run is as long as it is, and kept in pieces.
func (e *explorer) retrace(m *moment, b *burst, ran int) {
	fresh := slices.Concat(e.novelty.fresh, e.novelty.returned)
	better := e.novelty.better
	if better >= 0 {
		e.novelty.best[better]-- // so that reaching it is news again
	}
	e.novelty.again = true
	var last *moment
	defer func() {
		e.novelty.again = false
		e.hunt.End()
		e.offer(last)
	}()
	if !e.restore(m) {
		return
	}
	e.watch()
	defer probe.Watched()
	taking, from := e.taking(), 0
	for i := range ran {
		e.novelty.begin()
		if !e.hunt.Extend(at(b.updates, b.ends, i)) {
			return
		}
		e.novelty.fold(e.hunt.Labels())
		news := slices.Clone(e.novelty.fresh) // what only showed on the way
		fresh = slices.DeleteFunc(fresh, func(t *trait) bool {
			shown := t.burst == e.novelty.burst
			if shown {
				news = append(news, t)
			}
			return shown
		})
		var kept *moment
		if e.novelty.better >= 0 {
			kept = e.keep(m, b, from, i+1, nil)
			e.frontier.crown(e.novelty.better, kept)
		}
		if len(news) > 0 {
			kept = e.keep(m, b, from, i+1, news)
			e.frontier.add(kept)
		}
		if taking && kept == nil && i+1-from == legMax {
			kept = b.leg(m, from, i+1)
		}
		if kept != nil {
			last = kept
			if taking {
				m, from = kept, i+1
			}
		}
	}
}

// keep makes a moment of updates of a burst, up to the n-th. The present run is there.
func (e *explorer) keep(m *moment, b *burst, from, n int, news []*trait) *moment {
	kept := b.leg(m, from, n)
	kept.trait = e.frontier.root.trait
	if len(news) > 0 {
		kept.trait = news[0]
	}
	e.save(kept)
	return kept
}

// follow counts which kind of update came after which, the last before the burst too.
func (e *explorer) follow(m *moment, b *burst, begun int) {
	before := -1
	if n := len(m.ends); n > 0 {
		before = e.hunt.Kind(at(m.updates, m.ends, n-1))
	}
	for i := range min(begun, len(b.ends)) {
		kind := e.hunt.Kind(at(b.updates, b.ends, i))
		if before >= 0 {
			e.followed[before][kind]++
		}
		before = kind
	}
}
