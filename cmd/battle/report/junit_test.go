package report

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJUnitReadsAsBefore(t *testing.T) {
	document, err := some().JUnit()
	require.NoError(t, err)
	golden(t, "some.xml", document)
}

func TestJUnitCountsWhatIsInIt(t *testing.T) {
	document, err := some().JUnit()
	require.NoError(t, err)
	var read junitSuites
	require.NoError(t, xml.Unmarshal(document, &read))
	tests, failures, faults := 0, 0, 0
	for _, suite := range read.Suites {
		require.Len(t, suite.Cases, suite.Tests, suite.Name)
		for _, c := range suite.Cases {
			tests++
			if c.Failure != nil {
				failures++
			}
			if c.Error != nil {
				faults++
			}
		}
	}
	require.Equal(t, []int{read.Tests, read.Failures, read.Errors}, []int{tests, failures, faults})
	// A trace that passes, one that fails, and a panic; a known finding, which passes, and a
	// fault of the harness; a fault of the machine. What is resolved is no case.
	require.Equal(t, []int{6, 2, 2}, []int{tests, failures, faults})
}

// XML has no place for most control characters, however they are written.
func TestJUnitIsXMLWhateverItHolds(t *testing.T) {
	f := found("ring-1", "ring")
	f.Message, f.Actual = "\x00\x1b[1m]]> & \xff\ufffe", "\x08"
	document, err := (&Report{Findings: []Finding{f}, Faults: []string{"\x01"}}).JUnit()
	require.NoError(t, err)
	for decoder := xml.NewDecoder(strings.NewReader(string(document))); ; {
		_, err := decoder.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
	}
}
