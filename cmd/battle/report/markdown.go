package report

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
)

// The bounds of what Markdown shows: GitHub refuses a summary of more than 1 MiB.
const (
	shownFindings = 50
	shownLines    = 12 // of a file
	shownFiles    = 60
)

// Markdown is the report for a person: what is new, ongoing and resolved, and what was not
// reached.
func (r *Report) Markdown() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", plain(r.Title))
	for _, line := range r.Subtitle() {
		fmt.Fprintf(&b, "%s  \n", plain(line))
	}
	fmt.Fprintf(&b, "\n**%s**\n", plain(r.Verdict()))
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "\n%s\n", plain(note))
	}
	for _, text := range r.AllFaults() {
		fmt.Fprintf(&b, "\n- the harness is at fault: %s", plain(clip(text)))
	}
	b.WriteString("\n")
	for _, s := range r.Sections() {
		b.WriteString("\n## " + s.Title + "\n\n" + findingTable(s.Findings))
	}
	b.WriteString(r.details())
	b.WriteString(r.targetTable())
	b.WriteString(r.plantedList())
	b.WriteString(r.notReached())
	return []byte(b.String())
}

// Subtitle says what the report is of.
func (r *Report) Subtitle() (lines []string) {
	add := func(what, value string) {
		if value != "" {
			lines = append(lines, what+" "+value)
		}
	}
	add("Made", r.Date)
	add("Revision", r.Revision)
	add("Base", r.Base)
	add("Compared with", r.Compared)
	return lines
}

// Verdict is the report in a line.
func (r *Report) Verdict() string {
	var parts []string
	for _, s := range []State{New, Ongoing, Known, Resolved, Unclear} {
		if n := len(r.In(s)); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	text := strings.Join(parts, ", ")
	if n := len(r.In("")); n > 0 {
		text = fmt.Sprintf("%d found", n)
	}
	if text == "" {
		text = "no findings"
	}
	if n := len(r.AllFaults()); n > 0 {
		text += fmt.Sprintf("; the harness is at fault %d times", n)
		if n == 1 {
			text = strings.TrimSuffix(text, " 1 times")
		}
	}
	if missed := len(r.Missed()); missed > 0 {
		text += fmt.Sprintf("; %d of %d planted bugs not found", missed, len(r.Planted))
	}
	return text
}

// A Section is the findings of a state.
type Section struct {
	Title    string
	Findings []Finding
}

// Sections are the findings by their states.
func (r *Report) Sections() (all []Section) {
	titles := map[State]string{"": "Findings", New: "New", Ongoing: "Ongoing", Known: "Known", Resolved: "Resolved", Unclear: "Not known"}
	for _, s := range []State{"", New, Ongoing, Known, Resolved, Unclear} {
		if found := r.In(s); len(found) > 0 {
			all = append(all, Section{titles[s], found})
		}
	}
	return all
}

func findingTable(found []Finding) string {
	var b strings.Builder
	b.WriteString("| finding | target | what failed | where | updates |\n|---|---|---|---|--:|\n")
	for _, f := range found[:min(len(found), shownFindings)] {
		what := strings.TrimPrefix(f.Title(), f.Target+": ")
		if f.Why != "" {
			what += " (" + f.Why + ")"
		}
		where := f.At.String()
		if where == "" {
			where = f.Place
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %d |\n", code(f.ID), cell(f.Target), cell(what), code(where), len(f.Trace))
	}
	if more := len(found) - shownFindings; more > 0 {
		fmt.Fprintf(&b, "\n… and %d more\n", more)
	}
	return b.String()
}

// details are the first findings that fail now, with trace and command.
func (r *Report) details() string {
	const most = 10
	var b strings.Builder
	for i, f := range r.Failing() {
		if i == most {
			break
		}
		if i == 0 {
			b.WriteString("\n## How to see them again\n")
		}
		fmt.Fprintf(&b, "\n<details><summary>%s</summary>\n\n%s</details>\n", escapeHTML(clip(f.Title())), fence(f.message()))
	}
	return b.String()
}

func (r *Report) targetTable() string {
	if len(r.Targets) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n## Targets\n\n| target | touched by | corpus | engines | updates | corpus covers |\n|---|---|--:|---|--:|--:|\n")
	for _, t := range r.Targets {
		var names []string
		updates := uint64(0)
		for _, e := range t.Engines {
			names, updates = append(names, e.Name), updates+e.Updates
		}
		covers := "–"
		if t.Reached != nil {
			covers = fmt.Sprintf("%d of %d blocks", t.Reached.Covered, t.Reached.Blocks)
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %s | %d | %s |\n", cell(t.Name), cell(cmp.Or(t.Touched, "–")), len(t.Corpus), cell(cmp.Or(strings.Join(names, ", "), "–")), updates, cell(covers))
	}
	return b.String()
}

func (r *Report) plantedList() string {
	if len(r.Planted) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n## Planted bugs\n\n| bug | found by |\n|---|---|\n")
	for _, p := range r.Planted {
		fmt.Fprintf(&b, "| %s | %s |\n", cell(p.Name), cell(p.Outcome()))
	}
	return b.String()
}

// Outcome is the engine that found it, or why none did.
func (p Planted) Outcome() string {
	switch {
	case p.By != "":
		return p.By
	case p.Fault != "":
		return "not known: " + p.Fault
	}
	return "no engine"
}

// notReached lists updates, labels and lines of code that nothing got to.
func (r *Report) notReached() string {
	var b strings.Builder
	for _, text := range r.Unreached() {
		fmt.Fprintf(&b, "- %s\n", plain(text))
	}
	if len(r.Files) > 0 {
		b.WriteString("\n| file | lines that never ran |\n|---|---|\n")
		for _, f := range r.Files[:min(len(r.Files), shownFiles)] {
			fmt.Fprintf(&b, "| %s | %s |\n", code(f.Name), cell(f.Few()))
		}
		if more := len(r.Files) - shownFiles; more > 0 {
			fmt.Fprintf(&b, "\n… and %d files more\n", more)
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "\n## What was not reached\n\n" + b.String()
}

// Few is the first lines of a file.
func (f File) Few() string {
	text := strings.Join(f.Lines[:min(len(f.Lines), shownLines)], ", ")
	if more := len(f.Lines) - shownLines; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// Unreached is what engines did not get to, apart from code.
func (r *Report) Unreached() (all []string) {
	for _, t := range r.Targets {
		if len(t.Never) > 0 {
			all = append(all, fmt.Sprintf("%s: updates that never ran: %s", t.Name, strings.Join(t.Never, ", ")))
		}
		for _, gap := range t.Missing {
			all = append(all, fmt.Sprintf("%s: %s", t.Name, gap))
		}
		if t.NoCover != "" {
			all = append(all, fmt.Sprintf("%s: what its corpus covers is not known: %s", t.Name, t.NoCover))
		}
		if len(t.Excess) > 0 {
			excess := t.Excess[:min(len(t.Excess), shownLines)]
			all = append(all, fmt.Sprintf("%s: %d seeds show nothing that others do not (battle corpus minimize %s removes them): %s", t.Name, len(t.Excess), t.Name, strings.Join(excess, ", ")))
		}
	}
	return all
}

// plain is a text that Markdown leaves as it is.
func plain(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case strings.ContainsRune("\\`*_[]<>#|~$", r):
			b.WriteRune('\\')
			b.WriteRune(r)
		case r == '\n' || r == '\r':
			b.WriteRune(' ')
		case unicode.IsControl(r):
			b.WriteRune('?')
		case r == '@': // nobody is to be told
			b.WriteString("@\u200b")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// cell is the same in a table, not too long.
func cell(text string) string { return plain(clip(text)) }

// code is a name in a table.
func code(text string) string {
	if text == "" {
		return "–"
	}
	return "`" + strings.NewReplacer("`", "'", "|", "\\|", "\n", " ", "\r", " ").Replace(clip(text)) + "`"
}

// fence is a text as a block of code, with a fence longer than any in it.
func fence(text string) string {
	marks := "```"
	for strings.Contains(text, marks) {
		marks += "`"
	}
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return marks + "text\n" + text + marks + "\n\n"
}

func escapeHTML(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
