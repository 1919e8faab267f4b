package report

import (
	"fmt"
	"strings"
)

// Annotations are the findings, a line each, where a person or a tool looks for the file
// and line of what failed: as GitHub's workflow commands, or as compilers write them.
// Faults are among them, and planted bugs that were not found. Known findings are warnings.
func (r *Report) Annotations(github bool) string {
	var b strings.Builder
	for _, f := range r.Failing() {
		if github {
			b.WriteString(f.workflowCommand())
			continue
		}
		where := f.At.String()
		if where == "" { // nowhere in the repository
			where = f.Package + "." + f.Func
		}
		state := ""
		if f.State == Known {
			state = "known: "
		}
		fmt.Fprintf(&b, "%s: %s%s\n", where, state, f.Title())
	}
	say := func(title, text string) {
		if github {
			fmt.Fprintf(&b, "::error title=%s::%s\n", property(title), data(text))
		} else {
			fmt.Fprintf(&b, "battle: %s: %s\n", title, text)
		}
	}
	for _, text := range r.AllFaults() {
		say("the harness is at fault", text)
	}
	for _, p := range r.Missed() {
		say("a planted bug was not found", p.Name+": "+p.Outcome())
	}
	return b.String()
}

// workflowCommand is the finding as GitHub's runner reads it.
func (f Finding) workflowCommand() string {
	level := "error"
	if f.State == Known {
		level = "warning"
	}
	title := fmt.Sprintf("%s: %s", f.Target, f.Kind)
	if f.State == Known {
		title += " (known)"
	}
	where := ""
	if f.At.File != "" {
		where = fmt.Sprintf("file=%s,line=%d,", property(f.At.File), max(1, f.At.Line))
	}
	return fmt.Sprintf("::%s %stitle=%s::%s\n", level, where, property(title), data(f.message()))
}

// data is a text that a workflow command can carry, see toCommandValue in actions/toolkit.
func data(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

// property is the same for its properties, which colons and commas end.
func property(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(text)
}
