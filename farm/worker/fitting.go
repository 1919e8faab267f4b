package worker

import (
	"context"

	"battle.test/farm/store"
)

// A fitness is which traces of a target a build can use, by hash.
type fitness struct {
	build string
	fits  map[string]bool
}

// fitting are the hashes of the traces that a hunt in a build begins with. The farm compares
// its corpus with the present build; what it says of another, or does not say yet, is found
// out here, once.
func (w *Worker) fitting(ctx context.Context, t store.Target, build, root string) (all []string, err error) {
	seeds := w.corpus.seeds(t.Name)
	if t.Fitted == build {
		return seeds, nil
	}
	known := w.known[t.Name]
	if known.build != build {
		known = fitness{build, make(map[string]bool)}
		w.known[t.Name] = known
	}
	var hashes, traces []string
	for _, hash := range seeds {
		if _, asked := known.fits[hash]; asked {
			continue
		}
		trace, there, err := w.corpus.read(t.Name, hash)
		if err != nil {
			return nil, err
		}
		if there {
			hashes, traces = append(hashes, hash), append(traces, string(trace))
		}
	}
	if len(traces) > 0 {
		why, err := w.Battle.Fits(ctx, root, t.Name, traces)
		if err != nil {
			return nil, err
		}
		for i, hash := range hashes {
			known.fits[hash] = why[i] == ""
		}
	}
	for _, hash := range seeds {
		if known.fits[hash] {
			all = append(all, hash)
		}
	}
	return all, nil
}
