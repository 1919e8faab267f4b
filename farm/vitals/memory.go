package vitals

import (
	"os"
	"strconv"
	"strings"
)

// memoryFree is what Linux says that new processes can have. Other systems don't say.
func memoryFree() (bytes uint64, known bool) {
	content, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(content)) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != "MemAvailable:" {
			continue
		}
		kib, err := strconv.ParseUint(words[1], 10, 64)
		return kib << 10, err == nil
	}
	return 0, false
}
