module battle.test/examples/deque

go 1.26.0

require battle.test v0.0.0

require (
	github.com/alecthomas/kong v1.17.0 // indirect
	github.com/bluekeyes/go-gitdiff v0.9.0 // indirect
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/term v0.47.0 // indirect
)

require (
	github.com/gammazero/deque v1.2.3
	github.com/google/go-cmp v0.7.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
	pgregory.net/rapid v1.3.0 // indirect
)

replace battle.test => ../..

tool battle.test/cmd/battle
