//go:build gofuzz

package puzzles

import "battle.test/battle"

// The harnesses of go-fuzz: for a native function FuzzX, a function FuzzXBytes.

var (
	lock10Bytes         = battle.Bytes(Lock10)
	lock20Bytes         = battle.Bytes(Lock20)
	pathBytes           = battle.Bytes(Path)
	mazeSmallBytes      = battle.Bytes(MazeSmall)
	mazeSmallReachBytes = battle.Bytes(MazeSmallReach)
	mazeLargeBytes      = battle.Bytes(MazeLarge)
	mazeLargeReachBytes = battle.Bytes(MazeLargeReach)
	radixBytes          = battle.Bytes(Radix)
	dequeBytes          = battle.Bytes(Deque)
	byteQueueBytes      = battle.Bytes(ByteQueue)
	btreeBytes          = battle.Bytes(Btree)
	platform1Bytes      = battle.Bytes(Platform1)
	platform2Bytes      = battle.Bytes(Platform2)
)

func FuzzLock10Bytes(data []byte) int         { return lock10Bytes(data) }
func FuzzLock20Bytes(data []byte) int         { return lock20Bytes(data) }
func FuzzPathBytes(data []byte) int           { return pathBytes(data) }
func FuzzMazeSmallBytes(data []byte) int      { return mazeSmallBytes(data) }
func FuzzMazeSmallReachBytes(data []byte) int { return mazeSmallReachBytes(data) }
func FuzzMazeLargeBytes(data []byte) int      { return mazeLargeBytes(data) }
func FuzzMazeLargeReachBytes(data []byte) int { return mazeLargeReachBytes(data) }
func FuzzRadixBytes(data []byte) int          { return radixBytes(data) }
func FuzzDequeBytes(data []byte) int          { return dequeBytes(data) }
func FuzzByteQueueBytes(data []byte) int      { return byteQueueBytes(data) }
func FuzzBtreeBytes(data []byte) int          { return btreeBytes(data) }
func FuzzPlatform1Bytes(data []byte) int      { return platform1Bytes(data) }
func FuzzPlatform2Bytes(data []byte) int      { return platform2Bytes(data) }
