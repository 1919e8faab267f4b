//go:build gofuzz

package byhand

// Fuzz is for go-fuzz.
func Fuzz(data []byte) int {
	Run(data)
	return 0
}
