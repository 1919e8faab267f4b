package battle

import (
	"strings"
	"testing"
)

func TestHostileTracesAreErrorsWithTheirPlace(t *testing.T) {
	p := everythingPlan()
	for _, c := range []struct{ name, text, want string }{
		{"unknown update", "idle\n  jump n=1", `x.trace:2:3: unknown update "jump" in target everything, want everything or idle`},
		{"each line has its own", "idle n=1; jump\nidle\nidle\njump; idle n=1\neverything i8=128", `x.trace:1:6: unknown field "n", want nothing
x.trace:4:1: unknown update "jump" in target everything, want everything or idle
x.trace:5:15: got "128", want -128..127 (field i8)`},
		{"no word", "idle\n=3", `x.trace:2:1: got '=', want a word`},
		{"unknown field", "idle n=1", `x.trace:1:6: unknown field "n", want nothing`},
		{"duplicate field", "everything u8=1 u8=1", `x.trace:1:17: field "u8" is given twice`},
		{"duplicate inner field", "everything point={x=1 x=1}", `x.trace:1:23: field "x" is given twice (field point)`},
		{"no equals sign", "everything u8 1", `x.trace:1:15: got '1', want '='`},
		{"truncated after a field's name", "everything u8", `x.trace:1:14: the line ends, want '='`},
		{"truncated after the equals sign", "everything u8=", `x.trace:1:15: the line ends, want a word (field u8)`},
		{"truncated in a struct", "everything point={x=1", `x.trace:1:22: the line ends, want '}' (field point)`},
		{"truncated in a list", "everything array=[1 2 3", `x.trace:1:24: the line ends, want ']' (field array)`},
		{"truncated by a semicolon", "everything array=[1 2 3; idle", `x.trace:1:24: got ';', want ']' (field array)`},
		{"comment in a list", "everything array=[1 # 2 3]", `x.trace:1:27: got 1 elements, want 3 (field array)`},
		{"stray bracket", "everything u8=1 ]", `x.trace:1:17: got ']', want a word`},
		{"stray brace", "idle }", `x.trace:1:6: got '}', want a field of idle`},
		{"number out of range", "everything i8=128", `x.trace:1:15: got "128", want -128..127 (field i8)`},
		{"number past 64 bits", "everything u64=18446744073709551616", `x.trace:1:16: got "18446744073709551616", want 0..18446744073709551615 (field u64)`},
		{"huge number", "everything u64=" + strings.Repeat("9", 40), `x.trace:1:16: got "` + strings.Repeat("9", 40) + `", want 0..18446744073709551615 (field u64)`},
		{"negative of an unsigned", "everything u8=-1", `x.trace:1:15: got "-1", want 0..255 (field u8)`},
		{"word for a number", "everything u8=many", `x.trace:1:15: got "many", want 0..255 (field u8)`},
		{"fraction", "everything u8=1.5", `x.trace:1:16: got '.', want a word`},
		{"unknown name", "everything colour=black", `x.trace:1:19: got "black", want red, green-ish or blue_3 (field colour)`},
		{"number for a bool", "everything flag=1", `x.trace:1:17: got "1", want true or false (field flag)`},
		{"text too long", `everything text="0123456789"`, `x.trace:1:17: got 10 bytes, want 0..9 bytes (field text)`},
		{"bytes too short", `everything bytes=0x00`, `x.trace:1:18: got 1 byte, want 2..300 bytes (field bytes)`},
		{"bytes without quotes", `everything bytes=abc`, `x.trace:1:18: got "abc", want bytes as "text" or 0x00ff (field bytes)`},
		{"half a byte", `everything bytes=0x00f`, `x.trace:1:18: 0x00f has half a byte (field bytes)`},
		{"not hexadecimal", `everything bytes=0x00fg`, `x.trace:1:18: "fg" is not hexadecimal (field bytes)`},
		{"unclosed quote", `everything text="abc`, `x.trace:1:17: a quoted string without its end, or with an escape that Go does not know (field text)`},
		{"unclosed quote before the line ends", "everything text=\"abc\nidle", `x.trace:1:17: a quoted string without its end, or with an escape that Go does not know (field text)`},
		{"bad escape", `everything text="\z"`, `x.trace:1:17: a quoted string without its end, or with an escape that Go does not know (field text)`},
		{"too few elements", "everything array=[1 2]", `x.trace:1:22: got 2 elements, want 3 (field array)`},
		{"too many elements", "everything array=[1 2 3 4]", `x.trace:1:26: got 4 elements, want 3 (field array)`},
		{"too many in a slice", "everything numbers=[5 6 7 8 9]", `x.trace:1:29: more than 4 elements, want 1..4 (field numbers)`},
		{"too few in a slice", "everything numbers=[]", `x.trace:1:21: got 0 elements, want 1..4 (field numbers)`},
		{"element out of range", "everything numbers=[5 601]", `x.trace:1:23: got "601", want 5..600 (field numbers)`},
		{"no list", "everything numbers=5", `x.trace:1:20: got '5', want '[' (field numbers)`},
		{"no struct", "everything point=5", `x.trace:1:18: got '5', want '{' (field point)`},
		{"custom type refuses", `everything custom="24:00"`, `x.trace:1:19: "24:00" is not a battle.minutes: want hh:mm (field custom)`},
		{"NUL", "idle\nidle\x00", "x.trace:2:5: a NUL byte: this is a binary file, not a trace"},
		{"binary", "\x7fELF\x02\x01\x00", "x.trace:1:7: a NUL byte: this is a binary file, not a trace"},
		{"not UTF-8", "idle\nidle # caf\xe9\n", "x.trace:2:11: not UTF-8"},
		{"carriage returns", "idle\r\nidle\r\n", "x.trace:1:5: a carriage return: a trace's lines end in LF alone (for git: *.trace text eol=lf)"},
		{"byte order mark", "\ufeffidle", `x.trace:1:1: got '\ufeff', want a word`},
		{"huge file", "idle\n" + strings.Repeat("#", traceMax), "x.trace:2:16777212: 16777221 bytes, a trace has at most 16777216"},
	} {
		prog, err := p.parse("x.trace", []byte(c.text))
		switch {
		case err == nil:
			t.Errorf("%s: read as %q, want the error %s", c.name, prog, c.want)
		case err.Error() != c.want:
			t.Errorf("%s:\ngot  %v\nwant %s", c.name, err, c.want)
		}
	}
}

func TestATraceThatIsNoneIsNotReadToItsEnd(t *testing.T) {
	_, err := everythingPlan().parse("x.trace", []byte(strings.Repeat("jump\n", 3000)))
	lines := strings.Split(err.Error(), "\n")
	if want := "x.trace: what follows line 20 was not read"; len(lines) != badLinesMax+1 || lines[badLinesMax] != want {
		t.Errorf("got %d lines, the last %q, want %d and %q", len(lines), lines[len(lines)-1], badLinesMax+1, want)
	}
}

func TestTracesMayBeWrittenLoosely(t *testing.T) {
	p := everythingPlan()
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"\n\n# nothing\n  \t# at all\n", ""},
		{";;idle;; idle;", "idle\nidle\n"},
		{"idle # the end", "idle\n"},
		{"\tidle\n\n  idle", "idle\nidle\n"},
		{`everything text="; # }" u8 = 0x1f hex=0x1_0000 i8=+5 colour=2 array=[ 1 2  3 ] point={ x=1 }`,
			p.decodeLine(t, `everything text="; # }" u8=31 hex=65536 i8=5 colour=green-ish array=[1 2 3] point={x=1}`)},
	} {
		prog, err := p.parse("x.trace", []byte(c.text))
		if err != nil || prog.String() != c.want {
			t.Errorf("%q: %v\ngot  %s\nwant %s", c.text, err, prog, c.want)
		}
	}
}

// decodeLine is a trace in its canonical form.
func (p *plan) decodeLine(t *testing.T, text string) string {
	prog, err := p.parse("line", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return prog.String()
}
