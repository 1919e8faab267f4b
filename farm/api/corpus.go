package api

import (
	"net/http"
	"strconv"
)

// mostEntries is how many entries an answer has at most.
const mostEntries = 1000

// entries serves a part of a target's corpus: ?from= and ?most= choose it.
func entries(w http.ResponseWriter, r *http.Request, from Source) {
	first, err := choice(r, "from", 0)
	most, err2 := choice(r, "most", 100)
	if err != nil || err2 != nil {
		reply(w, http.StatusBadRequest, map[string]string{"error": "from and most are numbers from 0"})
		return
	}
	part, all := from.Entries(r.PathValue("target"), first, min(most, mostEntries))
	reply(w, http.StatusOK, Part{All: all, From: first, Entries: part})
}

// A Part is some of a corpus.
type Part struct {
	All     int     `json:"all"`  // how many entries there are
	From    int     `json:"from"` // the first of these, from 0
	Entries []Entry `json:"entries"`
}

// choice is a number of a request.
func choice(r *http.Request, name string, usual int) (int, error) {
	if r.FormValue(name) == "" {
		return usual, nil
	}
	n, err := strconv.ParseUint(r.FormValue(name), 10, 31)
	return int(n), err
}

// entry serves a trace of a corpus.
func entry(w http.ResponseWriter, r *http.Request, from Source) {
	e, there, err := from.Entry(r.Context(), r.PathValue("target"), r.PathValue("hash"))
	switch {
	case err != nil:
		reply(w, http.StatusServiceUnavailable, map[string]string{"error": err.Error()})
	case !there:
		reply(w, http.StatusNotFound, map[string]string{"error": nothing})
	default:
		reply(w, http.StatusOK, e)
	}
}
