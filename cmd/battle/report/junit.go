package report

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"battle.test/battle"
)

// JUnit XML as Jenkins and GitLab read it. It has no standard; these are the elements and
// attributes that its readers agree on.

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitFailure `xml:"failure,omitempty"`
	Error   *junitFailure `xml:"error,omitempty"`
	Output  *junitOutput  `xml:"system-out,omitempty"`
}

type junitOutput struct {
	Text string `xml:",cdata"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",cdata"`
}

// JUnit is a suite for each target: a case for each trace of its corpus and for each
// finding. A known finding passes, and says so in its output. What is wrong with the harness
// is an error, not a failure.
func (r *Report) JUnit() ([]byte, error) {
	all := junitSuites{Name: "battle"}
	for _, name := range r.suiteNames() {
		all.add(r.junitSuite(name))
	}
	if len(r.Faults) > 0 {
		suite := junitSuite{Name: "battle"}
		for _, text := range r.Faults {
			suite.add(junitCase{Name: firstLine(text), Class: "battle", Error: &junitFailure{clip(text), "harness", printable(text)}})
		}
		all.add(suite)
	}
	document, err := xml.MarshalIndent(all, "", "  ")
	return append([]byte(xml.Header), append(document, '\n')...), err
}

func (s *junitSuites) add(suite junitSuite) {
	s.Suites = append(s.Suites, suite)
	s.Tests, s.Failures, s.Errors = s.Tests+suite.Tests, s.Failures+suite.Failures, s.Errors+suite.Errors
}

func (s *junitSuite) add(c junitCase) {
	s.Cases = append(s.Cases, c)
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
	if c.Error != nil {
		s.Errors++
	}
}

// suiteNames are the targets, and those that only findings name.
func (r *Report) suiteNames() (names []string) {
	seen := make(map[string]bool)
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	for _, t := range r.Targets {
		add(t.Name)
	}
	for _, f := range r.Findings {
		add(f.Target)
	}
	return names
}

func (r *Report) junitSuite(name string) junitSuite {
	suite := junitSuite{Name: name}
	for _, t := range r.Targets {
		if t.Name != name {
			continue
		}
		for _, c := range t.Corpus {
			one := junitCase{Name: c.File, Class: t.Package + "." + t.Func}
			if i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.ID == c.Failure }); i >= 0 {
				one = r.Findings[i].junit()
				one.Name = c.File
			}
			suite.add(one)
		}
	}
	for _, f := range r.Findings {
		if f.Target == name && f.Open() && f.Corpus == "" {
			suite.add(f.junit())
		}
	}
	return suite
}

// textMost bounds the text of a failure, in bytes: readers of JUnit XML refuse long ones.
const textMost = 64 << 10

func (f Finding) junit() junitCase {
	text := string(f.Text())
	if len(text) > textMost {
		text = strings.ToValidUTF8(text[:textMost], "") + "\n…\n"
	}
	text = printable(text)
	c := junitCase{Name: f.ID, Class: f.Package + "." + f.Func, File: f.At.File, Line: f.At.Line}
	failure := &junitFailure{f.Title(), string(f.Kind), text}
	switch {
	case f.Kind == battle.Harness:
		c.Error = failure
	case f.State == Known:
		c.Output = &junitOutput{fmt.Sprintf("known: %s\n%s", f.Why, text)}
	default:
		c.Failure = failure
	}
	return c
}

// printable is a text without the characters that XML has no place for, however they are
// written.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return '?'
		}
		return r
	}, text)
}
