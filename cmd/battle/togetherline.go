package main

import (
	"fmt"
	"slices"
	"strings"

	"battle.test/explore"
)

// togetherSummary says how the engines did together, against the best one by itself in each
// task. It is "" if they did not compete. Both take startUp at least, as in a standing.
func togetherSummary(results []trial) string {
	engines := slices.DeleteFunc(inOrder(results, func(t trial) string { return t.Engine }),
		func(e string) bool { return e == togetherName || e == explore.RandomName })
	competed, found, within := 0, 0, 0
	var solved, beaten []string
	for _, task := range inOrder(results, trial.task) {
		whole, there := bestOf(results, task, togetherName)
		if !there {
			continue
		}
		best, rival := try{}, ""
		for _, e := range engines {
			t, _ := bestOf(results, task, e)
			if one, hit := t.middle(); hit && (rival == "" || one.Seconds < best.Seconds) {
				best, rival = one, e
			}
		}
		own, hit := whole.middle()
		competed += b2i(rival != "")
		ratio := max(startUp, own.Seconds) / max(startUp, best.Seconds)
		switch {
		case rival == "" && hit:
			solved = append(solved, task)
		case rival == "":
		case hit && ratio <= clearly:
			found, within = found+1, within+1
		case hit:
			found++
			beaten = append(beaten, fmt.Sprintf("%s (%.2g × %s)", task, ratio, rival))
		default:
			beaten = append(beaten, fmt.Sprintf("%s (not found, %s did)", task, rival))
		}
	}
	if competed+len(solved) == 0 {
		return ""
	}
	text := fmt.Sprintf("All engines together found %d of %s that one finds by itself, %d of them in at most %d × the best one's CPU time", found, count(competed, "task"), within, clearly)
	if len(beaten) > 0 {
		text += "; others: " + strings.Join(beaten, ", ")
	}
	if len(solved) > 0 {
		text += "; and alone: " + strings.Join(solved, ", ")
	}
	return text + ".\n"
}
