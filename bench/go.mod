module battle.test/bench

go 1.26.0

require (
	battle.test v0.0.0
	github.com/hedzr/go-ringbuf/v2 v2.2.2
	github.com/huandu/go-clone v1.7.3
	github.com/smallnest/ringbuffer v0.2.1
	github.com/stretchr/testify v1.12.1
	pgregory.net/rapid v1.3.0
)

require (
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace battle.test => ../
