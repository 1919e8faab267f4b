// Package corpus holds the traces worth keeping: for each target, seeds that engines
// start from and regressions that must never fail again. They are text, and embedded,
// so that every test binary has them.
package corpus

import "embed"

// FS has <target>/seeds/*.trace and <target>/regressions/*.trace.
//
//go:embed cluster readers ring schedules snapshot snapshotbytes tip wire
var FS embed.FS
