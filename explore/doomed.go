package explore

import (
	"cmp"
	"slices"
	"strings"

	"battle.test/explore/probe"
)

// A DoomedPlace is moments that nothing new has come from for long, and that have in
// common what they were the first to show, and which kind of update showed it. The one of
// them that cost most stands for all.
type DoomedPlace struct {
	Shows   string   `json:"shows"`  // a block of code, a state, labels, or numbers that were compared
	Update  string   `json:"update"` // kind of the last
	Moments int      `json:"moments"`
	Bursts  int      `json:"bursts"`         // from all of them, since something new came
	Depth   int      `json:"depth"`          // updates, of the one that cost most
	Spent   int      `json:"bursts_from_it"` // since something new came
	Trace   []string `json:"trace"`          // that leads to it
}

// doomedPlacesMax is how many places are reported: the first few tell where the energy went.
const doomedPlacesMax = 8

// doomedPlaces are the places that most bursts were spent at in vain.
func (e *explorer) doomedPlaces() []DoomedPlace {
	var doomed []*moment
	for _, m := range e.frontier.moments {
		if m.doomed() {
			doomed = append(doomed, m)
		}
	}
	names := e.novelty.describe(doomed, e.hunt.LabelNames)
	worst := make(map[[2]string]*moment)
	places := make(map[[2]string]*DoomedPlace)
	for _, m := range doomed {
		key := [2]string{names[m.trait], e.hunt.Name(e.hunt.Kind(at(m.updates, m.ends, len(m.ends)-1)))}
		p := places[key]
		if p == nil {
			p = &DoomedPlace{Shows: key[0], Update: key[1]}
			places[key] = p
		}
		spent := int(m.picks - m.last)
		p.Moments++
		p.Bursts += spent
		if spent > p.Spent {
			p.Spent, p.Depth, worst[key] = spent, m.depth, m
		}
	}
	var all []DoomedPlace
	for _, p := range places {
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b DoomedPlace) int {
		return cmp.Or(cmp.Compare(b.Bursts, a.Bursts), strings.Compare(a.Shows, b.Shows), strings.Compare(a.Update, b.Update))
	})
	all = all[:min(len(all), doomedPlacesMax)]
	for i, p := range all {
		trace := e.hunt.Trace(worst[[2]string{p.Shows, p.Update}].prefix(nil, nil))
		all[i].Trace = strings.Split(strings.TrimSuffix(trace, "\n"), "\n")
	}
	return all
}

// describe says of moments what each was the first to show. How often a block ran, and
// which of the states of a name or which numbers it was, are left out: that is one place.
// labels gives a set of labels their names.
func (n *novelty) describe(moments []*moment, labels func(uint64) []string) map[*trait]string {
	names := make(map[*trait]string)
	for _, m := range moments {
		names[m.trait] = "something"
	}
	wanted := func(t *trait) bool { return names[t] != "" }
	for i := range n.blocks {
		if t := &n.blocks[i]; t.hits > 0 && wanted(t) {
			names[t] = position(probe.Blocks[i/bucketCount])
		}
	}
	for i := range n.pairs {
		if t := &n.pairs[i]; t.hits > 0 && wanted(t) {
			names[t] = "label " + strings.Join(labels(1<<(i/64)|1<<(i%64)), " with ")
		}
	}
	for s, t := range n.states {
		if wanted(t) {
			names[t] = "state " + n.names[s.name]
		}
	}
	for _, t := range n.operands {
		if wanted(t) {
			names[t] = "a comparison of numbers"
		}
	}
	return names
}
