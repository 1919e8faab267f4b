package exhibit

import (
	"fmt"
	"slices"
	"time"
)

// Large is a farm with many entries, divided among its targets, and many findings.
func Large(entries, findings int) *Farm {
	f := Small()
	few := f.Filed
	for i := range findings - len(few) {
		one := few[i%len(few)]
		one.ID = fmt.Sprintf("%s-%08x", one.Target, i)
		one.Found.ID, one.Filed = one.ID, one.Filed.Add(-time.Duration(i)*time.Minute)
		f.Filed = append(f.Filed, one)
	}
	for _, t := range f.Subjects {
		some := f.Traces[t.Name]
		for i := len(some); i < entries/len(f.Subjects); i++ {
			one := some[i%len(some)]
			one.Trace += fmt.Sprintf("# %d\n", i)
			one.Found = some[len(some)-1].Found.Add(-time.Duration(i) * time.Second)
			f.Traces[t.Name] = append(f.Traces[t.Name], one)
		}
		f.target(t.Name).Entries = len(f.Traces[t.Name])
		curve := f.Curves[t.Name]
		f.Curves[t.Name] = append(slices.Repeat(curve[:1], 3000-len(curve)), curve...) // as many as are kept
	}
	return f
}
