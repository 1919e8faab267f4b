module battle.test/ci/skew

go 1.26.0

require (
	battle.test v0.0.0
	github.com/stretchr/testify v1.12.1
	old.battle.test v0.0.0
)

require (
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/klauspost/compress v1.20.3 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/tools v0.52.0 // indirect
	pgregory.net/rapid v1.3.0 // indirect
)

replace (
	battle.test => ../..
	old.battle.test => ./.old
)
