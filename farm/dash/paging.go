package dash

import (
	"net/http"
	"net/url"
	"strconv"
)

// perPage is how many rows a list shows at a time.
const perPage = 50

// A paging is which part of a list is shown.
type paging struct {
	From, To, All      int    // rows, from 1
	First, Before      string // links, "" if there is nothing there
	After, Last, Where string
}

// part is the part of a list that a request asks for: ?page=, from 1. One that is past the end
// is the last.
func part(r *http.Request, all int) (p paging, from, to int) {
	last := max(1, (all+perPage-1)/perPage)
	wanted, err := strconv.Atoi(r.FormValue("page"))
	if err != nil || wanted < 1 {
		wanted = 1
	}
	wanted = min(wanted, last)
	from, to = (wanted-1)*perPage, min(all, wanted*perPage)
	p = paging{From: min(all, from+1), To: to, All: all}
	if wanted > 1 {
		p.First, p.Before = pageLink(r, 1), pageLink(r, wanted-1)
	}
	if wanted < last {
		p.After, p.Last = pageLink(r, wanted+1), pageLink(r, last)
	}
	p.Where = "page " + strconv.Itoa(wanted) + " of " + strconv.Itoa(last)
	return p, from, to
}

// pageLink is the request with another page.
func pageLink(r *http.Request, page int) string {
	return with(r, "page", strconv.Itoa(page))
}

// with is a link to the same list with another choice. "" is none.
func with(r *http.Request, key, value string) string {
	q := url.Values{}
	for name, values := range r.URL.Query() {
		if name != key && (name != "page" || key == "page") && values[0] != "" {
			q.Set(name, values[0])
		}
	}
	if value != "" && (key != "page" || value != "1") {
		q.Set(key, value)
	}
	if len(q) == 0 {
		return r.URL.EscapedPath()
	}
	return r.URL.EscapedPath() + "?" + q.Encode()
}
