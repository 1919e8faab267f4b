package battle

import "fmt"

// A run has three forms: updates as Go values, a tape and a trace. [Replay],
// [ReplayTrace] and [Find] run one of them; the functions here only translate.

// Encode writes updates as the tape that decodes to them. A value that is out of its
// field's range is an error that names the update and the field.
func Encode[S any](target Target[S], ops ...Update[S]) ([]byte, error) {
	p := compile(target)
	prog, err := programOf(p, ops)
	if err != nil {
		return nil, err
	}
	return p.encode(prog)
}

// Trace writes a tape as text, an update a line. Every tape has a trace.
func Trace[S any](target Target[S], tape []byte) string {
	return compile(target).decode(tape).String()
}

// Parse reads a trace and writes it as a tape. Its errors name the file, the line and
// the column, in bytes and from 1.
func Parse[S any](target Target[S], file string, trace []byte) ([]byte, error) {
	p := compile(target)
	prog, err := p.parse(file, trace)
	if err != nil {
		return nil, err
	}
	return p.encode(prog)
}

// programOf takes the updates that a caller made.
func programOf[S any](p *plan, ops []Update[S]) (program, error) {
	var prog program
	for i, op := range ops {
		k := p.kindOf(op)
		if k == nil {
			return nil, fmt.Errorf("update %d is a %T, which is not among the updates of target %s", i+1, op, p.name)
		}
		one, ok := stepOf(k, op)
		if !ok {
			return nil, fmt.Errorf("update %d is a nil %T", i+1, op)
		}
		prog = append(prog, one)
	}
	return prog, nil
}
