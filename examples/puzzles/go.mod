module battle.test/examples/puzzles

go 1.26.0

require (
	battle.test v0.0.0
	golang.org/x/tools v0.52.0
)

require (
	github.com/google/go-cmp v0.7.0 // indirect
	pgregory.net/rapid v1.3.0 // indirect
)

replace battle.test => ../..
