package schedule

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A Site is a place of the sources where a step is.
type Site struct {
	Line int
	Text string // of the operation
}

// A file is one of the rewritten sources, with its sites.
type file struct {
	name  string // package path and file name
	first uint32
	sites []Site
}

// files are in order of their sites; 0 is no site.
var files []file

// Load takes the sites of a rewritten file, from a number on. Each calls it when the binary
// starts.
func Load(name string, first uint32, sites ...Site) bool {
	files = append(files, file{name, first, sites})
	return true
}

// Rewritten tells whether this binary has rewritten sources in it, and so steps inside of
// what is under test.
func Rewritten() bool { return len(files) > 0 }

// place is file and line of a site, and its text.
func place(site uint32) (where, text string) {
	for _, f := range files {
		if i := int(site) - int(f.first); i >= 0 && i < len(f.sites) {
			name := f.name[strings.LastIndexByte(f.name, '/')+1:]
			return fmt.Sprintf("%s:%d", name, f.sites[i].Line), f.sites[i].Text
		}
	}
	return "", ""
}

// An entry of a stage's log.
type entry struct {
	actor   uint8
	mark    mark
	half    uint8 // of a copy: 1 or 2
	site    uint32
	in, out word
	what    string // of begins, and of a harness's steps
}

type mark uint8

const (
	begins mark = iota
	steps
	blocks
	ends
)

// A word is a value that fits into one, or none.
type word struct {
	kind wordKind
	bits uint64
}

type wordKind uint8

const (
	noWord wordKind = iota
	unsigned
	signed
	truth
)

// value is v as a word. It switches on pointers: a value in an interface may need the heap.
func value[V any](v *V) word {
	switch v := any(v).(type) {
	case *uint64:
		return word{unsigned, *v}
	case *uint32:
		return word{unsigned, uint64(*v)}
	case *int64:
		return word{signed, uint64(*v)}
	case *int32:
		return word{signed, uint64(*v)}
	case *bool:
		if *v {
			return word{truth, 1}
		}
		return word{truth, 0}
	}
	return word{}
}

func (w word) String() string {
	switch w.kind {
	case unsigned:
		return fmt.Sprint(w.bits)
	case signed:
		return fmt.Sprint(int64(w.bits))
	case truth:
		return fmt.Sprint(w.bits == 1)
	}
	return ""
}

// last is the entry of the step that was begun last: one step's own code runs between it
// and the next.
func (a *actor) last() *entry { return &a.stage.log[len(a.stage.log)-1] }

func (a *actor) gave(w word) { a.last().in = w }

func (a *actor) got(w word) { a.last().out = w }

// String is the step as the table has it.
func (e *entry) String() string {
	where, text := place(e.site)
	switch e.mark {
	case begins:
		return e.what
	case blocks:
		return fmt.Sprintf("%-13s is blocked", where)
	case ends:
		return "returns"
	}
	if e.site == 0 {
		return e.what
	}
	line := fmt.Sprintf("%-13s %s", where, text)
	switch e.half {
	case 1:
		line += "  half"
	case 2:
		line += "  the rest"
	}
	if in := e.in.String(); in != "" {
		line += "  " + in
	}
	if out := e.out.String(); out != "" {
		line += "  → " + out
	}
	return line
}

// Table is what was done so far: a column for each actor that did something, a line for each
// step, in order. What an actor did from beginning to end with nobody else in between is one
// line.
func (s *Stage) Table() string {
	rows := s.rows()
	columns := make([]int, len(s.actors)) // width, or 0
	for _, r := range rows {
		columns[r.actor] = max(columns[r.actor], utf8.RuneCountInString(r.text), utf8.RuneCountInString(s.actors[r.actor].name))
	}
	var b strings.Builder
	line := func(number string, actor int, text func(i int) string) {
		cells := fmt.Sprintf("%7s", number)
		for i, width := range columns {
			if width > 0 {
				cells += "  | " + pad(text(i), width)
			}
		}
		b.WriteString(strings.TrimRight(cells, " ") + "\n")
	}
	line("step", -1, func(i int) string { return s.actors[i].name })
	line("-------", -1, func(i int) string { return strings.Repeat("-", columns[i]) })
	for _, r := range rows {
		line(r.number, r.actor, func(i int) string {
			if i == r.actor {
				return r.text
			}
			return ""
		})
	}
	return b.String()
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

type row struct {
	actor        int
	number, text string
}

// rows leaves out the steps of what ran as a whole.
func (s *Stage) rows() (rows []row) {
	step := 0
	for i := 0; i < len(s.log); i++ {
		e := &s.log[i]
		if e.mark == begins {
			if last := s.whole(i); last > i {
				taken := 0
				for _, one := range s.log[i:last] {
					if one.mark == steps {
						taken++
					}
				}
				rows = append(rows, row{int(e.actor), span(step, taken), e.what})
				step += taken
				i = last
				continue
			}
		}
		number := ""
		if e.mark == steps {
			step++
			number = fmt.Sprint(step)
		}
		rows = append(rows, row{int(e.actor), number, e.String()})
	}
	return rows
}

// span numbers what ran as a whole.
func span(before, taken int) string {
	switch taken {
	case 0:
		return ""
	case 1:
		return fmt.Sprint(before + 1)
	}
	return fmt.Sprintf("%d-%d", before+1, before+taken)
}

// whole is where what begins at an entry ends, if nobody else does anything in between.
func (s *Stage) whole(begin int) int {
	for i := begin + 1; i < len(s.log) && s.log[i].actor == s.log[begin].actor; i++ {
		switch s.log[i].mark {
		case ends:
			return i
		case blocks:
			return begin
		}
	}
	return begin
}
